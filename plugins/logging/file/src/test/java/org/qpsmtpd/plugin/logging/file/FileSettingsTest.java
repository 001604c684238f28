package org.qpsmtpd.plugin.logging.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.service.TimeFormat;

class FileSettingsTest {
    @Test
    void hasTheDocumentedDefaults() {
        assertThat(parse("/var/log/qpsmtpd.log"))
                .isEqualTo(
                        new FileSettings(
                                LogLevel.WARN,
                                false,
                                false,
                                new TimeFormat("%a %b %e %H:%M:%S %Y"),
                                false,
                                List.of(new TimeFormat("/var/log/qpsmtpd.log"))));
    }

    @Test
    void readsOptionsInAnyOrderAndCase() {
        assertThat(parse("reopen tsformat %FT%T NoSplit loglevel LOGDEBUG /log/%Y"))
                .isEqualTo(
                        new FileSettings(
                                LogLevel.DEBUG,
                                true,
                                true,
                                new TimeFormat("%FT%T"),
                                false,
                                List.of(new TimeFormat("/log/%Y"))));
    }

    @Test
    void takesTheRestAsThePath() {
        assertThat(parse("/log/a loglevel 6").target())
                .containsExactly(new TimeFormat("/log/a loglevel 6"));
    }

    @ParameterizedTest
    @CsvSource({"loglevel 2 |/bin/page  -x %H", "loglevel 2 | /bin/page -x %H"})
    void splitsACommandAtBlanks(String words) {
        FileSettings settings = parse(words);
        assertThat(settings.command()).isTrue();
        assertThat(settings.target())
                .containsExactly(
                        new TimeFormat("/bin/page"), new TimeFormat("-x"), new TimeFormat("%H"));
    }

    @Test
    void knowsWhenSessionsMatter() {
        assertThat(parse("/log/%i").perSession()).isTrue();
        assertThat(parse("/log/%i").tracksSessions()).isTrue();
        assertThat(parse("nosplit /log").tracksSessions()).isTrue();
        assertThat(parse("reopen /log").tracksSessions()).isTrue();
        assertThat(parse("/log").tracksSessions()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "nosplit, the path of the file",
        "|, the path of the file",
        "loglevel, 'loglevel' has no value",
        "reopen tsformat, 'tsformat' has no value",
        "loglevel loud /log, log level 'loud'",
    })
    void refusesIncompleteLines(String words, String complaint) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(words))
                .withMessageContaining(complaint.strip());
    }

    @Test
    void takesBlanksInQuotationMarks() {
        FileSettings settings = parse("tsformat \"%F %T\" loglevel 6 \"/log/my mail, all\"");

        assertThat(settings.timeFormat()).isEqualTo(new TimeFormat("%F %T"));
        assertThat(settings.target()).containsExactly(new TimeFormat("/log/my mail, all"));
        assertThat(parse("/log/my mail").target()).containsExactly(new TimeFormat("/log/my mail"));
        assertThat(parse("|cat \"a b\"").target())
                .extracting(TimeFormat::pattern)
                .containsExactly("cat", "\"a", "b\"");
    }

    @Test
    void refusesAnEmptyLine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FileSettings.parse(""))
                .withMessageContaining("the path of the file");
    }

    private static FileSettings parse(String words) {
        return FileSettings.parse(words);
    }
}
