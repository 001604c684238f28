package org.qpsmtpd.mailauth.arc;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.arc.ArcResult.Verdict;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.Body;
import org.qpsmtpd.mailauth.signature.BodyHash;
import org.qpsmtpd.mailauth.signature.FoundKey;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.Keys;
import org.qpsmtpd.mailauth.signature.SignedHeader;

/**
 * The check of a message's chain. The body is given to it in pieces; when it is whole and the keys
 * are there, it has the result. For one thread at a time.
 */
public final class ArcVerification {
    private final @Nullable Chain chain;
    private final ArcResult fixed;
    private final Body body = new Body();
    private final List<CompletableFuture<FoundKey>> keys = new ArrayList<>();
    private final CompletableFuture<Void> keysFound;
    private final List<BodyHash> hashes = new ArrayList<>(1);

    ArcVerification(ArcResult fixed) {
        this.fixed = fixed;
        chain = null;
        keysFound = CompletableFuture.completedFuture(null);
    }

    ArcVerification(Chain chain, Keys from) {
        this.chain = chain;
        fixed = ArcResult.none();
        for (MessageSignature reading : chain.last()) {
            hashes.add(body.hash(reading.bodyForm(), reading.limit()));
        }
        MessageSignature last = chain.last().get(0);
        add(from.find(last.selector(), last.domain(), last.algorithm()));
        for (Seal seal : chain.seals()) {
            add(from.find(seal.selector(), seal.domain(), seal.algorithm()));
        }
        keysFound = CompletableFuture.allOf(keys.toArray(CompletableFuture<?>[]::new));
    }

    private void add(CompletionStage<FoundKey> key) {
        keys.add(key.toCompletableFuture());
    }

    /**
     * What each sealer said of the message, the last one first; empty for a chain that is not in
     * order. Worth something when the result is a pass, and as far as the sealers are.
     */
    public List<SealedResults> sealed() {
        if (chain == null) {
            return List.of();
        }
        List<SealedResults> sealed = new ArrayList<>();
        for (int i = chain.sets().size() - 1; i >= 0; i--) {
            String value = chain.sets().get(i).results().value();
            String told = value.substring(value.indexOf(';') + 1);
            sealed.add(new SealedResults(chain.seals().get(i).domain(), told));
        }
        return sealed;
    }

    /** Whether the body is needed. */
    public boolean needsBody() {
        return !body.isUnused();
    }

    /** Takes the next octets of the body: of what follows the empty line behind the header. */
    public void body(byte[] octets, int offset, int count) {
        body.add(octets, offset, count);
    }

    /** When it completes, the DNS has answered for all keys; never with an exception. */
    public CompletionStage<Void> keysFound() {
        return keysFound;
    }

    /**
     * The result. The body has been given whole.
     *
     * @throws IllegalStateException before the keys are found
     */
    public ArcResult result() {
        if (!keysFound.isDone()) {
            throw new IllegalStateException("the keys are not there yet");
        }
        body.end();
        return chain == null ? fixed : result(chain);
    }

    private ArcResult result(Chain of) {
        String fault = messageFault(of);
        if (!fault.isEmpty()) {
            return fail(of, fault, keys.get(0).join().isTemporary());
        }
        for (int i = of.sets().size(); i > 0; i--) {
            Seal seal = of.seals().get(i - 1);
            SignedHeader signed = Seal.signed(of.sets().subList(0, i));
            fault = fault(i, seal.algorithm(), seal.signature(), signed);
            if (!fault.isEmpty()) {
                return fail(of, "seal " + i + ": " + fault, keys.get(i).join().isTemporary());
            }
        }
        return new ArcResult(Verdict.PASS, "", false, of.sets().size(), lastDomain(of));
    }

    /** Why the last set is not for this message in any reading; empty when it is. */
    private String messageFault(Chain of) {
        String fault = "";
        for (int i = 0; i < hashes.size(); i++) {
            fault = messageFault(of.last().get(i), hashes.get(i), of.header());
            if (fault.isEmpty()) {
                break;
            }
        }
        return fault;
    }

    private String messageFault(MessageSignature last, BodyHash whole, Header header) {
        boolean isWhole = last.limit() == BodyHash.WHOLE || last.limit() == whole.length();
        if (!isWhole || !MessageDigest.isEqual(whole.hash(), last.bodyHash())) {
            return "the body was changed";
        }
        String fault = fault(0, last.algorithm(), last.signature(), last.signed(header));
        return fault.isEmpty() ? "" : "the last signature: " + fault;
    }

    private static ArcResult fail(Chain of, String reason, boolean isTemporary) {
        return new ArcResult(Verdict.FAIL, reason, isTemporary, of.sets().size(), lastDomain(of));
    }

    private static String lastDomain(Chain of) {
        return of.seals().get(of.seals().size() - 1).domain();
    }

    /** Why a signature is not valid; empty when it is. */
    private String fault(int key, Algorithm algorithm, byte[] signature, SignedHeader signed) {
        FoundKey found = keys.get(key).join();
        if (found.record().isEmpty()) {
            return found.fault();
        }
        if (found.record().get().algorithm() != algorithm) {
            return "the key is of another type";
        }
        return found.record().get().fits(signed, signature) ? "" : "what it signs was changed";
    }
}
