package org.qpsmtpd.plugin.auth.authcertificate;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/** What in a certificate is the name of a user. */
enum NameSource {
    /** Nothing. */
    NONE,
    /** Its alternative name that is an address of mail. */
    EMAIL,
    /** Its alternative name that is a host. */
    DNS,
    /** The common name of its subject. */
    CN;

    /** Tags of RFC 5280 section 4.2.1.6. */
    private static final int MAIL_TAG = 1;

    private static final int HOST_TAG = 2;

    /** The name; absent unless there is exactly one. */
    Optional<String> of(X509Certificate certificate) {
        List<String> all =
                switch (this) {
                    case NONE -> List.of();
                    case EMAIL -> alternatives(certificate, MAIL_TAG);
                    case DNS -> alternatives(certificate, HOST_TAG);
                    case CN -> commonNames(certificate);
                };
        return all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty();
    }

    private static List<String> alternatives(X509Certificate certificate, int tag) {
        List<String> all = new ArrayList<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (name.get(0).equals(tag) && name.get(1) instanceof String text) {
                        all.add(text);
                    }
                }
            }
            return all;
        } catch (CertificateParsingException e) {
            return List.of(); // then it says nothing
        }
    }

    private static List<String> commonNames(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
        List<String> all = new ArrayList<>();
        try {
            for (Rdn part : new LdapName(subject).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")
                        && part.getValue() instanceof String text) {
                    all.add(text);
                }
            }
            return all;
        } catch (InvalidNameException e) {
            return List.of(); // then it says nothing
        }
    }
}
