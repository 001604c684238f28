package org.qpsmtpd.mailauth.arc;

import java.util.List;
import org.qpsmtpd.mailauth.arc.ArcSets.ArcSet;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.Canonicalization;
import org.qpsmtpd.mailauth.signature.SignatureTags;
import org.qpsmtpd.mailauth.signature.SignedHeader;
import org.qpsmtpd.mailauth.signature.Unacceptable;

/**
 * A field ARC-Seal (RFC 8617 section 4.1.3).
 *
 * @param status {@code cv=}
 */
@SuppressWarnings("ArrayRecordComponent") // made to be read, compared by nobody
record Seal(Algorithm algorithm, String domain, String selector, String status, byte[] signature) {
    static Seal of(SignatureTags tags) throws Unacceptable {
        if (tags.list().get("h") != null) {
            throw new Unacceptable("a seal has h=");
        }
        var unused = tags.time("t");
        return new Seal(
                tags.algorithm(),
                tags.domain(),
                tags.selector(),
                tags.required("cv"),
                tags.signature());
    }

    /** What the seal of the last one of some sets signs: all of them. */
    static SignedHeader signed(List<ArcSet> sets) {
        SignedHeader octets = new SignedHeader(Canonicalization.RELAXED);
        ArcSet last = sets.get(sets.size() - 1);
        for (ArcSet set : sets.subList(0, sets.size() - 1)) {
            octets.add(List.of(set.results(), set.signature(), set.seal()));
        }
        octets.add(List.of(last.results(), last.signature()));
        octets.end(last.seal(), last.sealTags().list().start("b"), last.sealTags().list().end("b"));
        return octets;
    }
}
