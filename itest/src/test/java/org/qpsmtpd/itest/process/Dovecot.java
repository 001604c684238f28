package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** Debian's Dovecot with its LMTP service alone, and the mailboxes of amy and zoe. */
final class Dovecot implements AutoCloseable {
    private final Path folder;
    private final Process process;

    /**
     * Starts it.
     *
     * @param folder where it may write
     */
    Dovecot(Path folder) throws IOException {
        this.folder = folder;
        Path mail = Files.createDirectory(folder.resolve("mail"));
        Shell.run("chown", "nobody", mail.toString());
        Files.write(
                folder.resolve("users"),
                List.of("amy@example.com:{PLAIN}x::::::", "zoe@example.com:{PLAIN}x::::::"));
        Path config = folder.resolve("dovecot.conf");
        Files.writeString(
                config,
                """
                base_dir = FOLDER/run
                log_path = /dev/stderr
                protocols = lmtp
                ssl = no
                default_internal_user = root
                default_internal_group = root
                default_login_user = nobody
                first_valid_uid = 1
                mail_location = maildir:FOLDER/mail/%n
                passdb {
                  driver = passwd-file
                  args = FOLDER/users
                }
                userdb {
                  driver = passwd-file
                  args = FOLDER/users
                  default_fields = uid=nobody gid=nogroup home=FOLDER/mail/%n
                }
                service anvil {
                  chroot =
                }
                service stats {
                  chroot =
                }
                service lmtp {
                  unix_listener lmtp {
                    mode = 0666
                  }
                }
                """
                        .replace("FOLDER", folder.toString()));
        process =
                Program.find("dovecot", "dovecot-lmtpd")
                        .start(List.of("-F", "-c", config.toString()), List.of());
        ProcessOutput said = ProcessOutput.of(process.getInputStream());
        Eventually.holds("Dovecot's socket: " + said.text(), () -> Files.exists(socket()));
    }

    /** Where it speaks LMTP. */
    Path socket() {
        return folder.resolve("run/lmtp");
    }

    /** The messages in somebody's mailbox. */
    List<String> mail(String user) throws IOException {
        Path box = folder.resolve("mail/" + user + "/new");
        if (!Files.isDirectory(box)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(box)) {
            List<String> messages = new java.util.ArrayList<>();
            for (Path file : files.toList()) {
                messages.add(Files.readString(file));
            }
            return messages;
        }
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
