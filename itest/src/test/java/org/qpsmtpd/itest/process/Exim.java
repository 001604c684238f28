package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.itest.Program;

/**
 * Debian's Exim as {@code itest/exim} has unpacked it, with a queue of its own: it sends what it is
 * given to a port, and asks for PRDR.
 */
final class Exim {
    private static final Path PROGRAM = Path.of("target/exim/usr/sbin/exim4").toAbsolutePath();

    private final Path folder;
    private final Path config;

    /**
     * @param folder where it may write
     * @param port where it sends mail to
     * @param user to whom the queue belongs; who calls it with batches
     */
    Exim(Path folder, int port, String user) throws IOException {
        if (!Files.isExecutable(PROGRAM)) {
            Program.missing("Exim (as root: itest/exim)");
        }
        this.folder = folder;
        config = folder.resolve("exim.conf");
        Files.writeString(
                config,
                """
                exim_path = PROGRAM
                primary_hostname = exim.test
                spool_directory = FOLDER/spool
                log_file_path = FOLDER/log/%slog
                exim_user = USER
                exim_group = nogroup
                trusted_users = root : USER
                qualify_domain = exim.test
                keep_environment =
                begin routers
                all:
                  driver = manualroute
                  route_list = * 127.0.0.1
                  self = send
                  transport = next
                begin transports
                next:
                  driver = smtp
                  port = PORT
                  allow_localhost
                  hosts_try_prdr = *
                  hosts_avoid_tls = *
                begin retry
                * * F,1h,1h
                """
                        .replace("PROGRAM", PROGRAM.toString())
                        .replace("USER", user)
                        .replace("FOLDER", folder.toString())
                        .replace("PORT", Integer.toString(port)));
        for (String name : List.of("spool", "log")) {
            Path made = Files.createDirectory(folder.resolve(name));
            Shell.run("chown", user, made.toString());
        }
    }

    /** A program that takes batched SMTP, and keeps the message in the queue. */
    Path batchProgram() throws IOException {
        Path program = folder.resolve("rsmtp");
        Files.writeString(program, "#!/bin/sh\nexec " + PROGRAM + " -C " + config + " -odq -bS\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    /** Sends a message, and returns when it is delivered or not. */
    void send(String sender, String message, String... recipients)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(PROGRAM.toString(), "-C", config.toString(), "-odi", "-f", sender));
        command.addAll(List.of(recipients));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("said").toFile())
                        .start();
        process.getOutputStream().write(message.getBytes(UTF_8));
        process.getOutputStream().close();
        assertThat(process.waitFor()).as(log()).isZero();
    }

    /** Its log of deliveries. */
    String log() {
        Path log = folder.resolve("log/mainlog");
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
}
