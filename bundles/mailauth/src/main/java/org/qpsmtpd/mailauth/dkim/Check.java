package org.qpsmtpd.mailauth.dkim;

import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.dkim.DkimResult.Verdict;
import org.qpsmtpd.mailauth.signature.Body;
import org.qpsmtpd.mailauth.signature.BodyHash;
import org.qpsmtpd.mailauth.signature.Field;
import org.qpsmtpd.mailauth.signature.FoundKey;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.KeyRecord;
import org.qpsmtpd.mailauth.signature.Keys;
import org.qpsmtpd.mailauth.signature.SignatureTags;
import org.qpsmtpd.mailauth.signature.Unacceptable;

/** The check of one signature. */
final class Check {
    /** For signatures that are not looked at. */
    static final Check TOO_MANY =
            new Check(fixed(Verdict.NEUTRAL, "there are too many signatures"));

    private final @Nullable DkimSignature signature;
    private final DkimResult fixed;
    private final boolean isPartAccepted;
    private CompletionStage<FoundKey> key = new CompletableFuture<>();
    private @Nullable Header header;
    private @Nullable BodyHash body;

    private Check(DkimResult fixed) {
        this.fixed = fixed;
        signature = null;
        isPartAccepted = false;
    }

    private Check(DkimSignature signature, boolean isPartAccepted) {
        this.signature = signature;
        this.isPartAccepted = isPartAccepted;
        fixed = fixed(Verdict.PERMERROR, "");
    }

    /** Reads a field; what is wrong with it alone is its result. */
    static Check of(Field field, DkimLimits limits, long now) {
        SignatureTags tags;
        try {
            tags = SignatureTags.of(field);
        } catch (Unacceptable e) {
            return new Check(fixed(Verdict.PERMERROR, e.reason()));
        }
        try {
            DkimSignature signature = new DkimSignature(field, tags);
            return inTime(signature, limits, now);
        } catch (Unacceptable e) {
            return new Check(unread(tags, e.reason()));
        }
    }

    private static Check inTime(DkimSignature signature, DkimLimits limits, long now) {
        long drift = limits.drift().toSeconds();
        if (signature.isExpired(now - drift)) {
            return new Check(result(signature, null, Verdict.PERMERROR, "it has expired"));
        }
        return signature.isOfTheFuture(now + drift)
                ? new Check(result(signature, null, Verdict.POLICY, "it is of the future"))
                : new Check(signature, limits.isPartAccepted());
    }

    /**
     * Asks for what is needed.
     *
     * @return whether anything is
     */
    boolean begin(Header header, Keys keys, Body body) {
        if (signature == null) {
            return false;
        }
        this.header = header;
        this.body = body.hash(signature.bodyForm(), signature.limit());
        key = keys.find(signature.selector(), signature.domain(), signature.algorithm());
        return true;
    }

    /** The key, which is asked for. */
    CompletionStage<FoundKey> key() {
        return key;
    }

    /** What comes of it; the key is there, and the body has ended. */
    DkimResult result() {
        if (signature == null) {
            return fixed;
        }
        FoundKey found = key.toCompletableFuture().join();
        Optional<KeyRecord> record = found.record();
        if (record.isEmpty()) {
            Verdict verdict = found.isTemporary() ? Verdict.TEMPERROR : Verdict.PERMERROR;
            return result(signature, null, verdict, found.fault());
        }
        return compare(signature, record.get());
    }

    private DkimResult compare(DkimSignature with, KeyRecord found) {
        BodyHash whole = Objects.requireNonNull(body);
        if (found.algorithm() != with.algorithm()) {
            return result(with, found, Verdict.PERMERROR, "the key is of another type");
        }
        if (found.isForDomainOnly() && with.isForSubdomain()) {
            return result(with, found, Verdict.PERMERROR, "the key is not for subdomains");
        }
        if (with.limit() > whole.length()) {
            return result(with, found, Verdict.PERMERROR, "l= is longer than the body");
        }
        if (!MessageDigest.isEqual(whole.hash(), with.bodyHash())) {
            return result(with, found, Verdict.FAIL, "the body was changed");
        }
        if (!found.fits(with.signedHeader(Objects.requireNonNull(header)), with.signature())) {
            return result(with, found, Verdict.FAIL, "the header was changed, or the signature");
        }
        boolean isPart = with.limit() != BodyHash.WHOLE && with.limit() < whole.length();
        return isPart && !isPartAccepted
                ? result(with, found, Verdict.POLICY, "a part of the body is not signed")
                : result(with, found, Verdict.PASS, "");
    }

    private static DkimResult result(
            DkimSignature signature, @Nullable KeyRecord key, Verdict verdict, String reason) {
        return new DkimResult(
                verdict,
                reason,
                signature.domain(),
                signature.selector(),
                signature.identity().toString(),
                signature.algorithm().word(),
                signature.start(),
                key == null ? 0 : key.bits(),
                key != null && key.isTesting());
    }

    private static DkimResult fixed(Verdict verdict, String reason) {
        return new DkimResult(verdict, reason, "", "", "", "", "", 0, false);
    }

    /** The result of a signature that is not as it must be, with what can be read of it. */
    private static DkimResult unread(SignatureTags tags, String reason) {
        String domain = orEmpty(tags::domain);
        return new DkimResult(
                Verdict.PERMERROR,
                reason,
                domain,
                orEmpty(tags::selector),
                orEmpty(() -> Identity.of(tags.list(), domain).toString()),
                orEmpty(() -> tags.algorithm().word()),
                SignatureTags.start(tags.list().get("b")),
                0,
                false);
    }

    private interface Reading {
        String read() throws Unacceptable;
    }

    private static String orEmpty(Reading reading) {
        try {
            return reading.read();
        } catch (Unacceptable e) {
            return "";
        }
    }
}
