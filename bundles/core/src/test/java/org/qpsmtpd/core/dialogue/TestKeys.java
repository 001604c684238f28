package org.qpsmtpd.core.dialogue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.message.Spool;

/** A certificate made for the tests, and clients that trust whatever they see. */
final class TestKeys {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final KeyManager[] KEYS = keys();
    private static final SSLContext SERVER = contextOf(KEYS);
    private static final SSLContext CLIENT = contextOf();

    private TestKeys() {}

    /**
     * Has them made here and now, and not at the first handshake on a thread that must not wait.
     */
    static void prepare() {
        // the class is initialised when this is called
    }

    static SSLEngine serverEngine() {
        return engineOf(SERVER);
    }

    /** One whose handshake waits for something, where the costly steps of handshakes run. */
    static SSLEngine serverEngine(CountDownLatch go) {
        return engineOf(contextOf(new WaitingKeys((X509ExtendedKeyManager) KEYS[0], go)));
    }

    private static SSLEngine engineOf(SSLContext context) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        return engine;
    }

    static SSLContext clientContext() {
        return CLIENT;
    }

    /** Of a client that has a certificate, too. */
    static SSLContext certifiedContext() {
        return SERVER;
    }

    private static KeyManager[] keys() {
        try {
            Path directory = Files.createTempDirectory("qpsmtpd-keys");
            try {
                return keysOf(keyStore(directory.resolve("keys.p12")));
            } finally {
                Spool.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path keyStore(Path file) throws IOException {
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                                "-genkeypair",
                                "-alias",
                                "mx",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=mx.example.org",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(PASSWORD),
                                "-keystore",
                                file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IOException("keytool has made no key");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            keytool.destroyForcibly();
        }
        return file;
    }

    private static KeyManager[] keysOf(Path keyStore) throws IOException {
        try (InputStream in = Files.newInputStream(keyStore)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD);
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** A context with these keys, for clients and servers that trust whatever they see. */
    private static SSLContext contextOf(KeyManager... keys) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {new TrustingManager()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Chooses a key only when it may. */
    private static final class WaitingKeys extends X509ExtendedKeyManager {
        private final X509ExtendedKeyManager keys;
        private final CountDownLatch go;

        WaitingKeys(X509ExtendedKeyManager keys, CountDownLatch go) {
            this.keys = keys;
            this.go = go;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String type, Principal @Nullable [] issuers, SSLEngine engine) {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return keys.chooseEngineServerAlias(type, issuers, engine);
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return keys.getCertificateChain(alias);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return keys.getPrivateKey(alias);
        }

        @Override
        public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class TrustingManager implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
