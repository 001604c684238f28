package org.qpsmtpd.mailauth.dkim;

import java.util.List;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.BodyHash;
import org.qpsmtpd.mailauth.signature.Canonicalization;
import org.qpsmtpd.mailauth.signature.Field;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.SignatureTags;
import org.qpsmtpd.mailauth.signature.SignedHeader;
import org.qpsmtpd.mailauth.signature.Unacceptable;

/** A field DKIM-Signature (RFC 6376 section 3.5). Immutable. */
final class DkimSignature {
    static final String NAME = "dkim-signature";

    private static final String FROM = "from";

    private final Field field;
    private final SignatureTags tags;
    private final Algorithm algorithm;
    private final byte[] signature;
    private final byte[] bodyHash;
    private final Canonicalization headerForm;
    private final Canonicalization bodyForm;
    private final String domain;
    private final String selector;
    private final List<String> names;
    private final Identity identity;
    private final long limit;
    private final long signed;
    private final long expires;

    /** Reads a field's tags, and checks them as far as the message and the key are not needed. */
    DkimSignature(Field field, SignatureTags tags) throws Unacceptable {
        this.field = field;
        this.tags = tags;
        if (!tags.required("v").equals("1")) {
            throw new Unacceptable("the version of the signature is not known");
        }
        algorithm = tags.algorithm();
        headerForm = tags.headerForm();
        bodyForm = tags.bodyForm();
        domain = tags.domain();
        selector = tags.selector();
        names = tags.names(false);
        identity = Identity.of(tags.list(), domain);
        limit = tags.limit();
        signed = tags.time("t");
        expires = tags.time("x");
        tags.requireDns();
        bodyHash = tags.bodyHash();
        signature = tags.signature();
        check();
    }

    private void check() throws Unacceptable {
        if (!names.contains(FROM)) {
            throw new Unacceptable("From is not signed");
        }
        if (!DomainName.isAtOrBelow(identity.domain(), domain)) {
            throw new Unacceptable("i= is not within d=");
        }
        if (signed >= 0 && expires >= 0 && expires <= signed) {
            throw new Unacceptable("the signature expires before it is made");
        }
    }

    Algorithm algorithm() {
        return algorithm;
    }

    Canonicalization bodyForm() {
        return bodyForm;
    }

    String domain() {
        return domain;
    }

    String selector() {
        return selector;
    }

    Identity identity() {
        return identity;
    }

    /** How many octets of the body are signed; {@link BodyHash#WHOLE} for all. */
    long limit() {
        return limit;
    }

    byte[] bodyHash() {
        return bodyHash;
    }

    byte[] signature() {
        return signature;
    }

    /** The first characters of the signature. */
    String start() {
        return SignatureTags.start(tags.list().get("b"));
    }

    /**
     * Whether it has expired.
     *
     * @param now seconds since 1970
     */
    boolean isExpired(long now) {
        return expires >= 0 && now > expires;
    }

    /**
     * Whether it was made later than it is now.
     *
     * @param now seconds since 1970
     */
    boolean isOfTheFuture(long now) {
        return signed > now;
    }

    /** Whether it signs for subdomains of the one that it names. */
    boolean isForSubdomain() {
        return !identity.domain().equals(domain);
    }

    SignedHeader signedHeader(Header header) {
        SignedHeader octets = new SignedHeader(headerForm);
        octets.add(header.select(names, field));
        octets.end(field, tags.list().start("b"), tags.list().end("b"));
        return octets;
    }
}
