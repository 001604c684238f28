package org.qpsmtpd.mailauth.arc;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.qpsmtpd.mailauth.arc.ArcResult.Verdict;
import org.qpsmtpd.mailauth.arc.ArcSets.ArcSet;
import org.qpsmtpd.mailauth.signature.Body;
import org.qpsmtpd.mailauth.signature.BodyHash;
import org.qpsmtpd.mailauth.signature.Canonicalization;
import org.qpsmtpd.mailauth.signature.Field;
import org.qpsmtpd.mailauth.signature.FieldText;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.SignedHeader;
import org.qpsmtpd.mailauth.signature.SigningKey;
import org.qpsmtpd.mailauth.signature.Unacceptable;

/** Adds a set to a message's chain (RFC 8617 section 5.1). For one thread. */
public final class ArcSealing {
    private final Body body = new Body();
    private final BodyHash hash = body.hash(Canonicalization.RELAXED, BodyHash.WHOLE);

    /**
     * A field to put on top of the header.
     *
     * @param value folded with CRLF, as it stands behind the colon and a blank
     */
    public record NewField(String name, String value) {}

    /** Takes the next octets of the body: of what follows the empty line behind the header. */
    public void body(byte[] octets, int offset, int count) {
        body.add(octets, offset, count);
    }

    /**
     * Ends the body, and seals.
     *
     * @param fields octets of each field of the header, as {@link ArcVerifier#begin} takes them
     * @param chain what was found of them, before anything was changed
     * @param results what is said of the message: the value of Authentication-Results, in ASCII
     * @param names fields that are signed, in lower case, each once for each that is there
     * @return three fields, of which the first is to stand on top; empty when the chain is broken
     *     already, so that nothing is to be added, or has no room
     * @throws IllegalStateException when the key cannot sign; the message says which
     */
    public List<NewField> seal(
            List<byte[]> fields,
            ArcResult chain,
            String results,
            List<String> names,
            SigningKey key,
            Instant now) {
        body.end();
        Header header = Header.of(fields);
        List<ArcSet> sets = sets(header, chain);
        if (sets.size() != chain.count() || sets.size() >= ArcSets.MOST || isClosed(sets)) {
            return List.of();
        }
        int instance = sets.size() + 1;
        Field told = Field.of(ArcSets.RESULTS, "i=" + instance + "; " + results);
        String signature = signature(header, names, key, now, instance);
        List<ArcSet> sealed = new ArrayList<>(chain.verdict() == Verdict.FAIL ? List.of() : sets);
        String seal = seal(sealed, told, Field.of(ArcSets.SIGNATURE, signature), chain, key, now);
        return List.of(
                new NewField(ArcSets.SEAL, seal),
                new NewField(ArcSets.SIGNATURE, signature),
                new NewField(ArcSets.RESULTS, told.value().strip()));
    }

    private static List<ArcSet> sets(Header header, ArcResult chain) {
        if (chain.verdict() == Verdict.NONE) {
            return List.of();
        }
        try {
            return ArcSets.of(header);
        } catch (Unacceptable e) {
            return List.of();
        }
    }

    /** Whether the last one said that the chain is broken. */
    private static boolean isClosed(List<ArcSet> sets) {
        return !sets.isEmpty()
                && "fail".equals(sets.get(sets.size() - 1).sealTags().list().get("cv"));
    }

    private String signature(
            Header header, List<String> names, SigningKey key, Instant now, int instance) {
        FieldText text = new FieldText(ArcSets.SIGNATURE);
        text.tag("i", Integer.toString(instance))
                .tag("a", key.algorithm().word())
                .tag("c", "relaxed/relaxed")
                .tag("d", key.domain())
                .tag("s", key.selector())
                .tag("t", Long.toString(now.getEpochSecond()))
                .list("h", names)
                .tag("bh", Base64.getEncoder().encodeToString(hash.hash()))
                .open("b");
        Field own = Field.of(ArcSets.SIGNATURE, text.toString());
        SignedHeader signed = new SignedHeader(Canonicalization.RELAXED);
        signed.add(header.select(names, own));
        signed.end(own, 0, 0);
        return text.append(key.sign(signed)).toString();
    }

    /** RFC 8617 section 5.1.2: the seal of a broken chain is for its own set alone. */
    private static String seal(
            List<ArcSet> before,
            Field results,
            Field signature,
            ArcResult chain,
            SigningKey key,
            Instant now) {
        FieldText text = new FieldText(ArcSets.SEAL);
        text.tag("i", Integer.toString(chain.count() + 1))
                .tag("a", key.algorithm().word())
                .tag("cv", chain.verdict().word())
                .tag("d", key.domain())
                .tag("s", key.selector())
                .tag("t", Long.toString(now.getEpochSecond()))
                .open("b");
        Field own = Field.of(ArcSets.SEAL, text.toString());
        SignedHeader signed = new SignedHeader(Canonicalization.RELAXED);
        for (ArcSet set : before) {
            signed.add(List.of(set.results(), set.signature(), set.seal()));
        }
        signed.add(List.of(results, signature));
        signed.end(own, 0, 0);
        return text.append(key.sign(signed)).toString();
    }
}
