package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.qpsmtpd.api.service.TlsaRecord;

/**
 * Trusts the certificates that TLSA records name (RFC 7672 section 3.1): with usage 3 that of the
 * server, whatever else it says; with usage 2 one that issued it, for the name of the host and as
 * long as they are valid. Records of other usages, and of what is not known here, match nothing.
 */
final class TlsaTrust extends X509ExtendedTrustManager {
    private static final int ISSUER = 2;
    private static final int SERVER = 3;

    private final List<TlsaRecord> records;

    TlsaTrust(List<TlsaRecord> records) {
        this.records = List.copyOf(records);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        if (isNamed(SERVER, chain[0])) {
            return;
        }
        for (X509Certificate one : chain) {
            if (isNamed(ISSUER, one)) {
                trusting(one).checkServerTrusted(chain, type, socket);
                return;
            }
        }
        throw noMatch();
    }

    private static CertificateException noMatch() {
        return new CertificateException("no TLSA record names its certificate");
    }

    private boolean isNamed(int usage, X509Certificate certificate) throws CertificateException {
        for (TlsaRecord record : records) {
            if (record.usage() == usage && record.data().equals(of(record, certificate))) {
                return true;
            }
        }
        return false;
    }

    /** What a record for the certificate would say; nothing when the record is not known here. */
    private static String of(TlsaRecord record, X509Certificate certificate)
            throws CertificateException {
        if (record.selector() > 1 || record.matching() > 2) {
            return "";
        }
        byte[] part =
                record.selector() == 0
                        ? certificate.getEncoded()
                        : certificate.getPublicKey().getEncoded();
        try {
            byte[] data =
                    switch (record.matching()) {
                        case 1 -> MessageDigest.getInstance("SHA-256").digest(part);
                        case 2 -> MessageDigest.getInstance("SHA-512").digest(part);
                        default -> part;
                    };
            return HexFormat.of().formatHex(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no SHA-2", e);
        }
    }

    private static X509ExtendedTrustManager trusting(X509Certificate issuer)
            throws CertificateException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("issuer", issuer);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return extended;
                }
            }
            throw new IllegalStateException("this JDK has no PKIX");
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException(e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw noMatch();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw noMatch();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw noMatch();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        throw noMatch();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw noMatch();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
