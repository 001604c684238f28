package org.qpsmtpd.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate for the host {@code localhost} that signs itself, made by the JDK's keytool. */
public final class TestCertificate {
    private static final String PASSWORD = "changeit";

    private final SSLContext context;
    private final Path pem;
    private final String keyPem;

    private TestCertificate(SSLContext context, Path pem, String keyPem) {
        this.context = context;
        this.pem = pem;
        this.keyPem = keyPem;
    }

    /**
     * Makes one.
     *
     * @param directory for its files
     */
    public static TestCertificate in(Path directory)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = directory.resolve("keys.p12");
        runKeytool(file);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        String key = pem("PRIVATE KEY", keys.getKey("test", PASSWORD.toCharArray()).getEncoded());
        return new TestCertificate(context, writePem(directory, keys), key);
    }

    /** What the server needs. */
    public SSLContext context() {
        return context;
    }

    /** What the client needs to trust it. */
    public Path pem() {
        return pem;
    }

    /** Its key, for a server that is another program. */
    public String keyPem() {
        return keyPem;
    }

    private static void runKeytool(Path file) throws IOException, InterruptedException {
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "test",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-validity",
                                "2",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                PASSWORD,
                                "-keystore",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool: " + said);
        }
    }

    private static Path writePem(Path directory, KeyStore keys)
            throws IOException, GeneralSecurityException {
        return Files.writeString(
                directory.resolve("certificate.pem"),
                pem("CERTIFICATE", keys.getCertificate("test").getEncoded()));
    }

    private static String pem(String what, byte[] octets) {
        String base64 = Base64.getMimeEncoder().encodeToString(octets);
        return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
    }
}
