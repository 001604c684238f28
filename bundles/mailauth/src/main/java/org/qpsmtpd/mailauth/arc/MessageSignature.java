package org.qpsmtpd.mailauth.arc;

import java.util.List;
import org.qpsmtpd.mailauth.arc.ArcSets.ArcSet;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.Canonicalization;
import org.qpsmtpd.mailauth.signature.Field;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.SignatureTags;
import org.qpsmtpd.mailauth.signature.SignedHeader;
import org.qpsmtpd.mailauth.signature.Unacceptable;

/**
 * A field ARC-Message-Signature (RFC 8617 section 4.1.2).
 *
 * @param names of the signed fields, in lower case
 * @param limit how many octets of the body are signed
 * @param expires seconds since 1970; -1 for never
 */
@SuppressWarnings("ArrayRecordComponent") // made to be read, compared by nobody
record MessageSignature(
        Field field,
        SignatureTags tags,
        Algorithm algorithm,
        Canonicalization headerForm,
        Canonicalization bodyForm,
        String domain,
        String selector,
        List<String> names,
        byte[] bodyHash,
        byte[] signature,
        long limit,
        long expires) {
    /** Reads it; more than one where it may be read in several ways. */
    static List<MessageSignature> of(ArcSet set) throws Unacceptable {
        SignatureTags tags = set.signatureTags();
        MessageSignature first = of(set, tags.headerForm(), tags.bodyForm());
        if (tags.list().get("c") != null) {
            return List.of(first);
        }
        // simple by RFC 6376, but some that leave it out mean relaxed
        return List.of(first, of(set, Canonicalization.RELAXED, Canonicalization.RELAXED));
    }

    private static MessageSignature of(ArcSet set, Canonicalization header, Canonicalization body)
            throws Unacceptable {
        SignatureTags tags = set.signatureTags();
        List<String> names = tags.names(true);
        if (names.contains("arc-seal")) {
            throw new Unacceptable("a seal is among the signed fields");
        }
        var unused = tags.time("t");
        return new MessageSignature(
                set.signature(),
                tags,
                tags.algorithm(),
                header,
                body,
                tags.domain(),
                tags.selector(),
                names,
                tags.bodyHash(),
                tags.signature(),
                tags.limit(),
                tags.time("x"));
    }

    SignedHeader signed(Header header) {
        SignedHeader octets = new SignedHeader(headerForm);
        octets.add(header.select(names, field));
        octets.end(field, tags.list().start("b"), tags.list().end("b"));
        return octets;
    }
}
