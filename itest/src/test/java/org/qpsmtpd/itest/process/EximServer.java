package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** Debian's Exim as {@code itest/exim} has unpacked it, which takes mail on a port of its own. */
final class EximServer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("target/exim/usr/sbin/exim4").toAbsolutePath();

    private final Path folder;
    private final int port = FreePort.take();
    private final Process process;

    /**
     * Starts it.
     *
     * @param folder where it may write
     */
    EximServer(Path folder) throws IOException {
        if (!Files.isExecutable(PROGRAM)) {
            Program.missing("Exim (as root: itest/exim)");
        }
        this.folder = folder;
        Path config = folder.resolve("exim.conf");
        Files.writeString(
                config,
                """
                exim_path = PROGRAM
                primary_hostname = exim.test
                spool_directory = FOLDER/spool
                log_file_path = FOLDER/log/%slog
                exim_user = Debian-exim
                exim_group = nogroup
                qualify_domain = exim.test
                keep_environment =
                queue_only
                local_interfaces = 127.0.0.1
                daemon_smtp_ports = PORT
                pid_file_path = FOLDER/exim.pid
                dsn_advertise_hosts = *
                acl_smtp_mail = mail
                acl_smtp_rcpt = rcpt
                acl_smtp_data = data
                begin acl
                mail:
                  deny senders = bad@b.test
                       message = 5.7.1 we know that one
                  accept
                rcpt:
                  deny local_parts = nobody
                       message = 5.1.1 no such person\\n5.1.1 and never was
                  defer local_parts = later
                       message = 4.2.1 come back tomorrow
                  accept
                data:
                  deny condition = ${if eq{$h_X-Wanted:}{no}}
                       message = 5.7.0 not wanted here
                  accept
                begin routers
                all:
                  driver = accept
                  transport = nowhere
                begin transports
                nowhere:
                  driver = appendfile
                  file = /dev/null
                begin retry
                * * F,1h,1h
                """
                        .replace("PROGRAM", PROGRAM.toString())
                        .replace("FOLDER", folder.toString())
                        .replace("PORT", Integer.toString(port)));
        for (String name : List.of("spool", "log")) {
            Path made = Files.createDirectory(folder.resolve(name));
            Shell.run("chown", "Debian-exim", made.toString());
        }
        process =
                new ProcessBuilder(PROGRAM.toString(), "-C", config.toString(), "-bdf")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("said").toFile())
                        .start();
        Eventually.holds("Exim's port", this::listens);
    }

    private boolean listens() {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return client.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Where it listens. */
    int port() {
        return port;
    }

    /** Header, envelope and body of each message in the queue. */
    String queue() throws IOException {
        StringBuilder text = new StringBuilder();
        try (var files = Files.walk(folder.resolve("spool/input"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
