package org.qpsmtpd.runtime.felix.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.runtime.felix.report.StartFailure;
import org.qpsmtpd.runtime.felix.socket.BoundSocket;

/** The command line of {@code qpsmtpd-forkserver}. */
final class ForkserverOptionsTest {
    @Test
    void hasTheDefaultsOfForkserver() throws StartFailure {
        Options options = Options.of(CommandLine.of(FrontEnd.FORKSERVER, List.of()));
        assertThat(options.ports()).containsExactly(2525);
        assertThat(options.addresses()).isEmpty();
        assertThat(options.limitConnections()).isEqualTo(15);
        assertThat(options.children()).isEqualTo(15);
        assertThat(options.idleChildren()).isZero();
        assertThat(options.maxFromIp()).isEqualTo(5);
        assertThat(options.renice()).isZero();
        assertThat(options.user()).isNull();
        assertThat(options.frontEnd().usualUser()).isEqualTo("smtpd");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-l 127.0.0.2 -p 26 -c 7 -m 3 -u mail --pid-file /run/q.pid -d -H",
                "--listen-address 127.0.0.2 --port 26 --limit-connections 7 --max-from-ip 3"
                        + " --user mail --pid-file /run/q.pid --detach --no-rdns",
                "-l=127.0.0.2 -p=26 -c=7 -m=3 -u=mail --pi=/run/q.pid --det --no",
            })
    void readsLettersNamesAndAbbreviations(String words) throws StartFailure {
        Options options = options(words);
        assertThat(options.addresses()).containsExactly(new ListenAddress("127.0.0.2", 26));
        assertThat(options.limitConnections()).isEqualTo(7);
        assertThat(options.children()).isEqualTo(7);
        assertThat(options.maxFromIp()).isEqualTo(3);
        assertThat(options.user()).isEqualTo("mail");
        assertThat(options.pidFile()).isEqualTo(Path.of("/run/q.pid"));
        assertThat(options.detach()).isTrue();
        assertThat(options.noRdns()).isTrue();
    }

    @Test
    void bindsEachAddressOnEachPort() throws StartFailure {
        assertThat(options("-p 25 -p 587 -l 127.0.0.1 -l [::1] -l 127.0.0.2:465").addresses())
                .containsExactly(
                        new ListenAddress("127.0.0.1", 25),
                        new ListenAddress("127.0.0.1", 587),
                        new ListenAddress("[::1]", 25),
                        new ListenAddress("[::1]", 587),
                        new ListenAddress("127.0.0.2", 465));
    }

    @Test
    void bindsAllAddressesOnEachPort() throws StartFailure {
        List<BoundSocket> listeners = BoundSocket.bind(List.of(), List.of(0, 0));
        try {
            assertThat(listeners)
                    .hasSize(2)
                    .allMatch(listener -> listener.address().matches("(\\[::]|0\\.0\\.0\\.0):\\d+"))
                    .extracting(BoundSocket::address)
                    .doesNotHaveDuplicates();
        } finally {
            listeners.forEach(ForkserverOptionsTest::close);
        }
    }

    private static void close(BoundSocket listener) {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void tellsTheCoreItsModelAndPorts() throws StartFailure {
        assertThat(options("-p 25 -p 587").properties(List.of("[::]:25", "[::]:587")))
                .containsEntry("org.qpsmtpd.port", "25,587")
                .containsEntry("org.qpsmtpd.no_rdns", "false")
                .containsEntry("org.qpsmtpd.interface", "[::]:25,[::]:587");
        assertThat(options("--no-rdns").properties(List.of()))
                .containsEntry("org.qpsmtpd.no_rdns", "true");
        assertThat(FrontEnd.FORKSERVER.model()).isEqualTo("forkserver");
    }

    @ParameterizedTest
    @CsvSource({
        "-L 127.0.0.1, unknown option -L",
        "--PORT 25, unknown option --PORT",
        "--children 3, unknown option --children",
        "--debug, unknown option --debug",
        "-p25, unknown option -p25",
        "--p, option --port needs a value",
        "-l 127.0.0.256, option --listen-address: Malformed listen address",
        "-c x, option --limit-connections",
        "--d=1, option --detach takes no value",
    })
    void refusesWhatForkserverDoesNotHave(String words, String reason) {
        StartFailure failure = catchThrowableOfType(StartFailure.class, () -> options(words));
        assertThat(failure.line()).contains(reason);
        assertThat(failure.status()).isEqualTo(2);
    }

    @Test
    void explainsItsNineOptionsInEightyColumns() {
        String text = HelpText.text(FrontEnd.FORKSERVER);
        assertThat(FrontEnd.FORKSERVER.options()).hasSize(9);
        assertThat(text)
                .startsWith("usage: qpsmtpd-forkserver [options]\n")
                .contains("--listen-address, -l", "--port, -p", "--limit-connections, -c")
                .contains("--max-from-ip, -m", "--user, -u", "--pid-file", "--detach, -d")
                .contains("--no-rdns, -H", "--help, -h")
                .doesNotContain("--children", "--console");
        assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    }

    private static Options options(String words) throws StartFailure {
        return Options.of(CommandLine.of(FrontEnd.FORKSERVER, List.of(words.split(" ", -1))));
    }
}
