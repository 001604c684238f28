package org.qpsmtpd.runtime.felix.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestTest {
    private static Request parse(String... words) throws ConsoleFailure {
        return Request.parse(List.of(words));
    }

    @Test
    void withoutWordsItReadsLines() throws ConsoleFailure {
        assertThat(parse()).isEqualTo(new Request(null, "", false));
    }

    @Test
    void takesASocketBeforeTheCommand() throws ConsoleFailure {
        Request expected = new Request(Path.of("/run/s"), "why --json", false);
        assertThat(parse("--socket", "/run/s", "why", "--json")).isEqualTo(expected);
        assertThat(parse("--socket=/run/s", "--", "why", "--json")).isEqualTo(expected);
    }

    @Test
    void oneWordIsALine() throws ConsoleFailure {
        assertThat(parse("status; lb").line()).isEqualTo("status; lb");
    }

    @Test
    void severalWordsStayWhatTheyAre() throws ConsoleFailure {
        assertThat(parse("why", "a b", "it's", "", "::1", "$x").line())
                .isEqualTo("why 'a b' 'it'\\''s' '' ::1 '$x'");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> parse("--sock", "x"))
                .hasMessage(
                        "qpsmtpd-console: unknown option '--sock': there are --socket PATH and"
                                + " --help");
        assertThatThrownBy(() -> parse("--socket")).hasMessageContaining("needs a path");
    }
}
