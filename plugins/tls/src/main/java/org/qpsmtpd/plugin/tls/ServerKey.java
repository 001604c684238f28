package org.qpsmtpd.plugin.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.plugin.tls.PemFile.Block;

/**
 * A key, its certificate and those above it.
 *
 * @param key fits the first certificate
 * @param chain the certificate, then its issuers in order, without the root
 * @param names the host names in the certificate in lower case, maybe with a leading {@code *.}
 */
record ServerKey(PrivateKey key, List<X509Certificate> chain, Set<String> names) {
    private static final int DNS_NAME = 2;

    /** Reads the files and checks that they belong together. */
    static ServerKey read(KeyFiles files) throws KeyFault {
        PrivateKey key = KeyReader.read(PemFile.read(files.key()));
        List<X509Certificate> found = certificates(PemFile.read(files.certificate()));
        if (found.isEmpty()) {
            throw new KeyFault(files.certificate() + ": there is no certificate in it");
        }
        Optional<X509Certificate> own =
                found.stream().filter(one -> fits(key, one.getPublicKey())).findFirst();
        if (own.isEmpty()) {
            throw new KeyFault(
                    files.key()
                            + ": the key does not fit the certificate in "
                            + files.certificate()
                            + "; one of the two is of another pair");
        }
        if (files.chain().isPresent()) {
            found.addAll(certificates(PemFile.read(files.chain().get())));
        }
        return new ServerKey(key, ordered(own.get(), found), names(own.get()));
    }

    private static List<X509Certificate> certificates(PemFile file) throws KeyFault {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : file.blocks()) {
            if (block.type().endsWith("CERTIFICATE")) {
                found.add(certificate(file, block));
            }
        }
        return found;
    }

    private static X509Certificate certificate(PemFile file, Block block) throws KeyFault {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.octets()));
        } catch (CertificateException e) {
            throw new KeyFault(file.path() + ": a certificate in it is damaged");
        }
    }

    private static boolean fits(PrivateKey key, PublicKey certified) {
        boolean elliptic = key.getAlgorithm().equals("EC");
        try {
            Signature sign = Signature.getInstance(elliptic ? "SHA256withECDSA" : "SHA256withRSA");
            sign.initSign(key);
            sign.update((byte) 1);
            byte[] signed = sign.sign();
            sign.initVerify(certified);
            sign.update((byte) 1);
            return sign.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Certificate and issuers, in whatever order the files have them; nothing else. */
    private static List<X509Certificate> ordered(
            X509Certificate own, Collection<X509Certificate> all) {
        List<X509Certificate> chain = new ArrayList<>(List.of(own));
        Optional<X509Certificate> next = issuer(own, all, chain);
        while (next.isPresent()) {
            chain.add(next.get());
            next = issuer(next.get(), all, chain);
        }
        return List.copyOf(chain);
    }

    private static Optional<X509Certificate> issuer(
            X509Certificate of, Collection<X509Certificate> all, List<X509Certificate> known) {
        return all.stream()
                .filter(one -> one.getSubjectX500Principal().equals(of.getIssuerX500Principal()))
                .filter(one -> !known.contains(one))
                .filter(one -> !one.getSubjectX500Principal().equals(one.getIssuerX500Principal()))
                .findFirst();
    }

    private static Set<String> names(X509Certificate certificate) {
        Set<String> names = new HashSet<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (Integer.valueOf(DNS_NAME).equals(name.get(0))) {
                    names.add(Hosts.comparable(String.valueOf(name.get(1))));
                }
            }
        } catch (CertificateParsingException e) {
            // as if there were none
        }
        if (names.isEmpty()) {
            names.addAll(commonNames(certificate));
        }
        return Set.copyOf(names);
    }

    private static List<String> commonNames(X509Certificate certificate) {
        try {
            LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
            return subject.getRdns().stream()
                    .filter(part -> part.getType().equalsIgnoreCase("CN"))
                    .map(Rdn::getValue)
                    .map(value -> Hosts.comparable(value.toString()))
                    .toList();
        } catch (InvalidNameException e) {
            return List.of();
        }
    }

    /** Whether the certificate is for a host name in lower case. */
    boolean isFor(String host) {
        int dot = host.indexOf('.');
        return names.contains(host) || (dot > 0 && names.contains("*" + host.substring(dot)));
    }

    /** Why it is not valid now; absent when it is. */
    Optional<String> invalid() {
        X509Certificate own = chain.get(0);
        try {
            own.checkValidity();
            return Optional.empty();
        } catch (CertificateException e) {
            return Optional.of(
                    "is valid only from "
                            + own.getNotBefore().toInstant()
                            + " to "
                            + own.getNotAfter().toInstant());
        }
    }
}
