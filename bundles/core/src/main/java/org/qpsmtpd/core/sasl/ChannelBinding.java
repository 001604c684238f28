package org.qpsmtpd.core.sasl;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What binds an exchange to an encrypted connection (RFC 5929, RFC 9266). */
public final class ChannelBinding {
    /** Of RFC 9266, which clients of TLS 1.3 know. */
    public static final String EXPORTER = "tls-exporter";

    /** Of RFC 5929: the hash of the server's certificate. */
    public static final String END_POINT = "tls-server-end-point";

    private static final int EXPORTED = 32;

    /** The JDK has it from release 25 on. */
    private static final @Nullable Method EXPORT = export();

    private ChannelBinding() {}

    /** The binding of that type; absent when the connection has none. */
    public static Optional<byte[]> of(String type, SSLSession session) {
        return switch (type) {
            case EXPORTER -> exported(session);
            case END_POINT -> endPoint(session);
            default -> Optional.empty();
        };
    }

    private static @Nullable Method export() {
        try {
            return Class.forName("javax.net.ssl.ExtendedSSLSession")
                    .getMethod("exportKeyingMaterialData", String.class, byte[].class, int.class);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static Optional<byte[]> exported(SSLSession session) {
        Method method = EXPORT;
        if (method == null || !session.getProtocol().equals("TLSv1.3")) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    (byte[])
                            method.invoke(
                                    session, "EXPORTER-Channel-Binding", new byte[0], EXPORTED));
        } catch (IllegalAccessException
                | InvocationTargetException
                | IllegalArgumentException e) { // a session of another provider
            return Optional.empty();
        }
    }

    private static Optional<byte[]> endPoint(SSLSession session) {
        Certificate[] own = session.getLocalCertificates();
        if (own == null || own.length == 0 || !(own[0] instanceof X509Certificate certificate)) {
            return Optional.empty();
        }
        return hash(certificate.getSigAlgName()).flatMap(hash -> digest(hash, certificate));
    }

    /** MD5 and SHA-1 become SHA-256; RFC 5929 section 4.1 knows no other case. */
    private static Optional<String> hash(String signature) {
        String name = signature.toUpperCase(Locale.ROOT);
        int with = name.indexOf("WITH");
        if (with < 0) {
            return Optional.empty();
        }
        String hash = name.substring(0, with).replace("-", "");
        return switch (hash) {
            case "MD5", "SHA1", "SHA256" -> Optional.of("SHA-256");
            case "SHA384" -> Optional.of("SHA-384");
            case "SHA512" -> Optional.of("SHA-512");
            default -> Optional.empty();
        };
    }

    private static Optional<byte[]> digest(String hash, X509Certificate certificate) {
        try {
            return Optional.of(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }
}
