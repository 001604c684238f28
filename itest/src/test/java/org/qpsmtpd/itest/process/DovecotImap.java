package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** Debian's Dovecot with its IMAP service alone, encrypted, and the user amy. */
final class DovecotImap implements AutoCloseable {
    private static final String CONFIGURATION =
            """
            base_dir = FOLDER/run
            log_path = /dev/stderr
            protocols = imap
            ssl = required
            ssl_cert = <CERTIFICATE
            ssl_key = <KEY
            default_internal_user = USER
            default_internal_group = GROUP
            default_login_user = MAILUSER
            auth_failure_delay = 0
            first_valid_uid = 1
            mail_location = maildir:FOLDER/mail/%n
            passdb {
              driver = passwd-file
              args = FOLDER/users
            }
            userdb {
              driver = static
              args = uid=MAILUSER gid=MAILGROUP home=FOLDER/mail/%n
            }
            service anvil {
              chroot =
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            service stats {
              chroot =
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = 0
              }
              inet_listener imaps {
                address = 127.0.0.1
                port = PORT
                ssl = yes
              }
            }
            """;

    private final Process process;
    private final int port;

    /**
     * Starts it.
     *
     * @param folder where it may write
     * @param password of amy
     */
    DovecotImap(Path folder, Path certificate, Path key, String password) throws IOException {
        if (!Files.isExecutable(Path.of("/usr/lib/dovecot/imap"))) {
            Program.missing("imap (Debian: apt-get install dovecot-imapd)");
        }
        port = freePort();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path mail = Files.createDirectory(folder.resolve("mail"));
        Files.setPosixFilePermissions(mail, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.write(folder.resolve("users"), List.of("amy:{PLAIN}" + password + "::::::"));
        PosixFileAttributes we = Files.readAttributes(folder, PosixFileAttributes.class);
        boolean isRoot = we.owner().getName().equals("root");
        Path config = folder.resolve("dovecot.conf");
        Files.writeString(
                config,
                CONFIGURATION
                        .replace("FOLDER", folder.toString())
                        .replace("CERTIFICATE", certificate.toString())
                        .replace("KEY", key.toString())
                        .replace("MAILUSER", isRoot ? "nobody" : we.owner().getName())
                        .replace("MAILGROUP", isRoot ? "nogroup" : we.group().getName())
                        .replace("USER", we.owner().getName())
                        .replace("GROUP", we.group().getName())
                        .replace("PORT", String.valueOf(port)));
        process =
                Program.find("dovecot", "dovecot-imapd")
                        .start(List.of("-F", "-c", config.toString()), List.of());
        ProcessOutput said = ProcessOutput.of(process.getInputStream());
        Eventually.holds("Dovecot listens: " + said.text(), this::isOpen);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean isOpen() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Where it speaks IMAP under TLS. */
    int port() {
        return port;
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
