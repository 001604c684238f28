package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;

/** The client swaks, in clear text and encrypted, to a server with the plugin tls. */
final class Swaks {
    private Swaks() {}

    /**
     * Makes a key, and the line of config/plugins that has it used.
     *
     * @param folder where the files of the key go
     */
    static String tlsLine(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path key = folder.resolve("mx.key");
        Path certificate = folder.resolve("mx.crt");
        String subject = "/CN=mx.example.org";
        Result made =
                Program.find("openssl", "openssl")
                        .run(
                                "req",
                                "-x509",
                                "-newkey",
                                "rsa:2048",
                                "-nodes",
                                "-days",
                                "3",
                                "-subj",
                                subject,
                                "-keyout",
                                key.toString(),
                                "-out",
                                certificate.toString());
        assertThat(made.status()).as(made.output()).isZero();
        return "tls " + certificate + " " + key;
    }

    /** Delivers a message in clear text, and one after STARTTLS. */
    static void deliverBothWays(int port) {
        assertThat(deliver(port)).contains(" -> DATA");
        assertThat(deliver(port, "--tls")).contains("=== TLS started", " ~> DATA");
    }

    private static String deliver(int port, String... more) {
        String[] words = {
            "--server",
            "127.0.0.1:" + port,
            "--from",
            Mail.SENDER,
            "--to",
            Mail.RECIPIENT,
            "--helo",
            "client.test",
            "--timeout",
            "30"
        };
        String[] all = new String[words.length + more.length];
        System.arraycopy(words, 0, all, 0, words.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        Result sent = Program.find("swaks", "swaks").run(all);
        assertThat(sent.status()).as(sent.output()).isZero();
        return sent.output();
    }
}
