package org.qpsmtpd.runtime.felix.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.runtime.felix.report.StartFailure;

final class OptionsTest {
    @Test
    void hasTheDefaultsOfTheManual() throws StartFailure {
        assertThat(Options.of(CommandLine.of(FrontEnd.PREFORK, List.of())))
                .isEqualTo(
                        new Options(
                                FrontEnd.PREFORK,
                                List.of(2525),
                                List.of(),
                                null,
                                15,
                                5,
                                0,
                                10,
                                5,
                                false,
                                false,
                                null,
                                false,
                                false,
                                false,
                                false,
                                false));
    }

    @Test
    void tellsTheCoreEveryDefault() throws StartFailure {
        assertThat(properties(""))
                .containsOnly(
                        entry("org.qpsmtpd.port", "2525"),
                        entry("org.qpsmtpd.interface", "[::]:2525,127.0.0.1:25"),
                        entry("org.qpsmtpd.children", "15"),
                        entry("org.qpsmtpd.idle_children", "5"),
                        entry("org.qpsmtpd.limit_connections", "0"),
                        entry("org.qpsmtpd.max_from_ip", "10"),
                        entry("org.qpsmtpd.renice_parent", "5"),
                        entry("org.qpsmtpd.no_rdns", "false"),
                        entry("org.qpsmtpd.detach", "false"),
                        entry("org.qpsmtpd.pretty_child", "false"),
                        entry("org.qpsmtpd.console", "false"),
                        entry("org.qpsmtpd.debug", "false"),
                        entry("org.qpsmtpd.quiet", "false"));
    }

    @ParameterizedTest
    @CsvSource({
        "--port 26, port, 26",
        "--user mail, user, mail",
        "--children 30, children, 30",
        "--idle-children 7, idle_children, 7",
        "--limit-connections 100, limit_connections, 100",
        "--max-from-ip 0, max_from_ip, 0",
        "--renice-parent 0, renice_parent, 0",
        "--detach, detach, true",
        "--pid-file /run/qpsmtpd.pid, pid_file, /run/qpsmtpd.pid",
        "--pretty-child, pretty_child, true",
        "--console, console, true",
        "--debug, debug, true",
        "--quiet, quiet, true",
    })
    void tellsTheCoreWhatWasAsked(String words, String name, String value) throws StartFailure {
        assertThat(properties(words)).containsEntry("org.qpsmtpd." + name, value);
    }

    @Test
    void keepsNoMoreIdleChildrenThanChildren() throws StartFailure {
        assertThat(options("--children 3").idleChildren()).isEqualTo(3);
        assertThat(options("--children 3 --idle-children 2").idleChildren()).isEqualTo(2);
        assertThat(options("--idle-children 0").idleChildren()).isZero();
    }

    @Test
    void givesThePortToAddressesWithoutOne() throws StartFailure {
        assertThat(options("--interface 127.0.0.1 --listen [::1]:26 --port 27").addresses())
                .containsExactly(
                        new ListenAddress("127.0.0.1", 27), new ListenAddress("[::1]", 26));
    }

    @Test
    void knowsWhetherRenicingWasAsked() throws StartFailure {
        assertThat(options("--renice-parent 5").reniceAsked()).isTrue();
        assertThat(options("--debug").reniceAsked()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"www-data", "_mail", "user1"})
    void takesUserNames(String name) throws StartFailure {
        assertThat(options("--user " + name).user()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a.b", "a:b", "1;id"})
    void refusesWhatIsNoUserName(String name) {
        assertThatThrownBy(() -> options("--user " + name))
                .hasMessageContaining("--user")
                .hasMessageContaining("\"" + name + "\"");
    }

    @Test
    void takesAnAbsolutePidFile() throws StartFailure {
        assertThat(options("--pid-file /var/run/q-1/a_b.pid").pidFile())
                .isEqualTo(Path.of("/var/run/q-1/a_b.pid"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.pid", "./x", "/run/", "/run/a~b", "/run/$x", "/run/ä"})
    void refusesAnotherPidFile(String path) {
        assertThatThrownBy(() -> options("--pid-file " + path))
                .hasMessageContaining("--pid-file")
                .hasMessageContaining("\"" + path + "\"");
    }

    @Test
    void refusesAConsoleInTheBackground() {
        assertThatThrownBy(() -> options("--console --detach")).hasMessageContaining("--console");
    }

    private static Options options(String words) throws StartFailure {
        return Options.of(CommandLine.of(FrontEnd.PREFORK, List.of(words.split(" ", -1))));
    }

    private static Map<String, String> properties(String words) throws StartFailure {
        List<String> list = words.isEmpty() ? List.of() : List.of(words.split(" ", -1));
        return Options.of(CommandLine.of(FrontEnd.PREFORK, list))
                .properties(List.of("[::]:2525", "127.0.0.1:25"));
    }
}
