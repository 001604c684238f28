package org.qpsmtpd.mailauth.dkim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.mailauth.signature.Body;
import org.qpsmtpd.mailauth.signature.Field;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.Keys;

/**
 * The check of a message's signatures. The body is given to it in pieces; when it is whole and the
 * keys are there, it has the results. For one thread at a time.
 */
public final class DkimVerification {
    private final List<Check> checks = new ArrayList<>();
    private final Body body = new Body();
    private final CompletableFuture<Void> keysFound;
    private final int signatures;

    DkimVerification(Header header, Keys keys, DkimLimits limits, long now) {
        int left = limits.maxSignatures();
        List<CompletableFuture<?>> pending = new ArrayList<>();
        for (Field field : header.all(DkimSignature.NAME)) {
            Check check = left > 0 ? Check.of(field, limits, now) : Check.TOO_MANY;
            if (check.begin(header, keys, body)) {
                left--;
                pending.add(check.key().toCompletableFuture());
            }
            checks.add(check);
        }
        signatures = pending.size();
        keysFound = CompletableFuture.allOf(pending.toArray(CompletableFuture<?>[]::new));
    }

    /** How many signatures are checked: those that are not are known to be bad by their looks. */
    public int signatures() {
        return signatures;
    }

    /** Whether the body is needed; without any signature that can be checked it is not. */
    public boolean needsBody() {
        return !body.isUnused();
    }

    /** Takes the next octets of the body: of what follows the empty line behind the header. */
    public void body(byte[] octets, int offset, int count) {
        body.add(octets, offset, count);
    }

    /**
     * When it completes, the DNS has answered for all keys; never with an exception. It may
     * complete on a thread of the DNS, which {@link #results} should not hold up.
     */
    public CompletionStage<Void> keysFound() {
        return keysFound;
    }

    /**
     * The results, one for each field DKIM-Signature from the top down; empty when there is none.
     * The body has been given whole.
     *
     * @throws IllegalStateException before the keys are found
     */
    public List<DkimResult> results() {
        if (!keysFound.isDone()) {
            throw new IllegalStateException("the keys are not there yet");
        }
        body.end();
        return checks.stream().map(Check::result).toList();
    }
}
