package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/**
 * Debian's haproxy before some servers, to which it names its clients in PROXY headers of version
 * 2. One port leads to all of them by turns, and to those that are left when one is gone; each
 * server has a port besides that leads to it alone.
 */
final class Haproxy implements AutoCloseable {
    private static final List<String> BEGINNING =
            List.of(
                    "defaults",
                    " mode tcp",
                    " timeout connect 10s",
                    " timeout check 30s", // a busy machine is no reason to turn clients away
                    " timeout client 60s",
                    " timeout server 60s",
                    " retries 3",
                    " option redispatch 1",
                    " default-server send-proxy-v2 inter 500 fall 1 rise 1");

    private final int all = FreePort.take();
    private final List<Integer> each = new ArrayList<>();
    private final Process process;

    /**
     * Starts it.
     *
     * @param program as {@link #find} has found it
     * @param folder where it may write
     */
    Haproxy(Program program, Path folder, List<ServerUnderTest> servers) throws IOException {
        Path config = Files.write(folder.resolve("haproxy.cfg"), config(servers));
        process = program.start(List.of("-db", "-f", config.toString()), List.of());
        ProcessOutput output = ProcessOutput.of(process.getInputStream());
        try {
            Eventually.holds("haproxy listens", this::isListening);
        } catch (AssertionError e) {
            process.destroyForcibly();
            throw new AssertionError("haproxy said:\n" + output.text(), e);
        }
    }

    /** Looks for it; to be called before the servers are started, since the test may end here. */
    static Program find() {
        return Program.find("haproxy", "haproxy");
    }

    private List<String> config(List<ServerUnderTest> servers) {
        List<String> lines = new ArrayList<>(BEGINNING);
        lines.add("listen all\n bind 127.0.0.1:" + all + "\n option smtpchk EHLO haproxy.test");
        for (ServerUnderTest server : servers) {
            lines.add(" server s%d 127.0.0.1:%1$d check".formatted(server.port()));
        }
        for (ServerUnderTest server : servers) {
            int port = FreePort.take();
            each.add(port);
            lines.add("listen l%d\n bind 127.0.0.1:%1$d".formatted(port));
            lines.add(" server s%d 127.0.0.1:%1$d".formatted(server.port()));
        }
        return lines;
    }

    private boolean isListening() {
        try (SmtpDialogue client = SmtpDialogue.to(all)) {
            client.expect(220);
            return true;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** A client at whichever server has its turn. */
    SmtpDialogue connect(InetAddress from) {
        return SmtpDialogue.from(from, Loopback.v4(1, all));
    }

    /** A client at one of the servers, numbered from 0 in the order in which they were given. */
    SmtpDialogue connect(InetAddress from, int server) {
        return SmtpDialogue.from(from, Loopback.v4(1, each.get(server)));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
