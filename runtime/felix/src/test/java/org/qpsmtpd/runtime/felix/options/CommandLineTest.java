package org.qpsmtpd.runtime.felix.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.runtime.felix.report.StartFailure;

final class CommandLineTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--port 26",
                "--port=26",
                "-port 26",
                "-port=26",
                "--PORT 26",
                "--Po 26",
                "-po=26",
                "--port +26",
                "--port 025 --port 26"
            })
    void readsEverySpellingOfAnOptionWithAValue(String words) throws StartFailure {
        assertThat(line(words).last(ProgramOption.PORT)).isEqualTo("26");
    }

    @ParameterizedTest
    @CsvSource({
        "--det, DETACH",
        "-detach, DETACH",
        "--DETACH, DETACH",
        "--deb, DEBUG",
        "--pr, PRETTY_CHILD",
        "--q, QUIET",
        "--console, CONSOLE",
    })
    void readsEverySpellingOfAFlag(String word, ProgramOption option) throws StartFailure {
        assertThat(line(word).has(option)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--interf, INTERFACE",
        "--lis, INTERFACE",
        "--listen-address, INTERFACE",
        "--u, USER",
        "--pi, PID_FILE",
    })
    void takesTheNextWordAsText(String word, ProgramOption option) throws StartFailure {
        assertThat(line(word + " first " + word + "=second").all(option))
                .containsExactly("first", "second");
    }

    @Test
    void shortensChildrenAlthoughThereIsConsole() throws StartFailure {
        assertThat(line("-c 20").last(ProgramOption.CHILDREN)).isEqualTo("20");
        assertThat(refusal("--con")).contains("unknown option --con");
    }

    @ParameterizedTest
    @CsvSource({
        "--p, '--port, --pid-file, --pretty-child'",
        "--d, '--detach, --debug'",
        "--i, '--interface, --idle-children'",
        "--L, '--listen-address, --limit-connections'",
    })
    void refusesAnAmbiguousAbbreviation(String word, String candidates) {
        assertThat(refusal(word)).contains("option " + word + " is ambiguous", candidates);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--foo", "--portx 1", "-x", "--=1", "---port 1", "--no-detach"})
    void refusesAnUnknownOption(String words) {
        assertThat(refusal(words)).contains("unknown option " + words.split(" ", -1)[0]);
    }

    @ParameterizedTest
    @CsvSource({
        "--prot 1, --port",
        "--portx=1, --port",
        "--Childern 3, --children",
        "--listen-adress x, --listen-address",
    })
    void asksWhetherTheNearestOptionWasMeant(String words, String meant) {
        assertThat(refusal(words))
                .endsWith(", did you mean " + meant + "? --help lists all options");
    }

    @ParameterizedTest
    @ValueSource(strings = {"word", "-", "--debug word", "-- word", "--port 1 2"})
    void refusesAWordThatIsNoOption(String words) {
        assertThat(refusal(words)).contains("unexpected word");
    }

    @Test
    void endsAtTwoDashes() throws StartFailure {
        assertThat(line("--debug --").has(ProgramOption.DEBUG)).isTrue();
        assertThat(refusal("-- --debug")).contains("unexpected word \"--debug\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port", "--port=", "--port --debug", "--port -x"})
    void namesWhatAMissingNumberMayBe(String words) {
        assertThat(refusal(words)).contains("--port needs a value: a number from 0 to 65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--user", "--user=", "--user --debug", "--interface -x"})
    void refusesAMissingText(String words) {
        assertThat(refusal(words)).contains("needs a value");
    }

    @Test
    void refusesAFlagWithAValue() {
        assertThat(refusal("--detach=yes")).contains("--detach takes no value", "\"yes\"");
    }

    @ParameterizedTest
    @CsvSource({
        "PORT, 0, 65535",
        "CHILDREN, 1, 10000",
        "IDLE_CHILDREN, 0, 10000",
        "LIMIT_CONNECTIONS, 0, 1000000",
        "MAX_FROM_IP, 0, 1000000",
        "RENICE_PARENT, 0, 39",
    })
    void keepsNumbersInTheirRange(ProgramOption option, int least, int most) throws StartFailure {
        String allowed = "a number from " + least + " to " + most;
        assertThat(line(FrontEnd.PREFORK.spelled(option) + " " + least).last(option))
                .isEqualTo("" + least);
        assertThat(line(FrontEnd.PREFORK.spelled(option) + " " + most).last(option))
                .isEqualTo("" + most);
        for (String wrong :
                List.of("" + (least - 1), "" + (most + 1), "x", "1.5", "1k", "99999999999")) {
            assertThat(refusal(FrontEnd.PREFORK.spelled(option) + " " + wrong))
                    .contains(FrontEnd.PREFORK.spelled(option), "\"" + wrong + "\"", allowed);
        }
    }

    @Test
    void looksAtNothingAfterHelpOrVersion() throws StartFailure {
        assertThat(line("--help --foo").has(ProgramOption.HELP)).isTrue();
        assertThat(line("--ver word").has(ProgramOption.VERSION)).isTrue();
    }

    @Test
    void keepsARefusalOnOneLine() {
        StartFailure failure =
                catchThrowableOfType(
                        StartFailure.class,
                        () -> CommandLine.of(FrontEnd.PREFORK, List.of("a\nb\u001b[0m\u2028")));
        assertThat(failure.line()).contains("a\\x0ab\\x1b[0m\\x2028");
        assertThat(failure.status()).isEqualTo(2);
    }

    private static CommandLine line(String words) throws StartFailure {
        return CommandLine.of(FrontEnd.PREFORK, List.of(words.split(" ", -1)));
    }

    private static String refusal(String words) {
        StartFailure failure = catchThrowableOfType(StartFailure.class, () -> line(words));
        assertThat(failure).as(words).isNotNull();
        assertThat(failure.status()).isEqualTo(2);
        assertThat(failure.line()).doesNotContain("\n");
        return failure.line();
    }
}
