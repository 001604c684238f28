package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;

/** Certificates for a test, which nobody has signed. */
final class Certificates {
    private Certificates() {}

    /**
     * Makes {@code NAME.key} and {@code NAME.crt} in a folder.
     *
     * @param host the name in the certificate, further ones may follow as {@code ,DNS:HOST}
     */
    static void make(Path folder, String name, String host) {
        Result made =
                Program.find("openssl", "openssl")
                        .run(
                                "req",
                                "-x509",
                                "-newkey",
                                "rsa:2048",
                                "-nodes",
                                "-keyout",
                                folder.resolve(name + ".key").toString(),
                                "-out",
                                folder.resolve(name + ".crt").toString(),
                                "-days",
                                "3",
                                "-subj",
                                "/CN=" + host.replaceFirst(",.*", ""),
                                "-addext",
                                "subjectAltName=DNS:" + host);
        assertThat(made.status()).as(made.output()).isZero();
    }
}
