package org.qpsmtpd.runtime.felix.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.runtime.felix.options.FrontEnd;
import org.qpsmtpd.runtime.felix.options.ProgramOption;

final class ProgramTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void printsTheVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("Qpsmtpd Daemon - version 1.0.0\n");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void explainsEveryOptionInEightyColumns() {
        assertThat(run("--help")).isZero();
        String text = out.toString(UTF_8);
        for (ProgramOption option : FrontEnd.PREFORK.options()) {
            for (String name : option.names()) {
                assertThat(text).contains("--" + name);
            }
        }
        assertThat(text.lines()).allMatch(line -> line.length() <= 80);
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void answersAWrongOptionInOneLineAndStatusTwo() {
        assertThat(run("--nonsense")).isEqualTo(2);
        assertThat(err.toString(UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("qpsmtpd-prefork: ")
                .contains("--nonsense");
        assertThat(out.toString(UTF_8)).isEmpty();
    }

    @Test
    void saysHowToStartWhenItDoesNotKnowItsHome() {
        assertThat(run("--port=0")).isEqualTo(1);
        assertThat(err.toString(UTF_8).lines())
                .singleElement()
                .asString()
                .contains("bin/qpsmtpd-prefork");
    }

    @Test
    void endsInOneLineWhateverIsThrown() {
        assertThat(Program.unforeseen(new NoClassDefFoundError("com/sun/jna/Native")))
                .startsWith("FATAL: ")
                .contains("com/sun/jna/Native", "not complete", "unpack it anew");
        assertThat(Program.unforeseen(new IllegalStateException("two\nlines")))
                .contains("java.lang.IllegalStateException: two\\x0alines", "ProgramTest:")
                .doesNotContain("\n");
    }

    private int run(String word) {
        return Program.run(
                FrontEnd.PREFORK,
                List.of(word),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                null,
                null);
    }
}
