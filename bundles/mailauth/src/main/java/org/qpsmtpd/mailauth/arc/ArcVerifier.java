package org.qpsmtpd.mailauth.arc;

import java.time.InstantSource;
import java.util.List;
import org.qpsmtpd.mailauth.arc.ArcSets.ArcSet;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.Keys;
import org.qpsmtpd.mailauth.signature.Unacceptable;

/** Verifies the chains of ARC sets of messages (RFC 8617 section 5.2). Safe for many threads. */
public final class ArcVerifier {
    private static final long DRIFT_SECONDS = 300;

    private final Keys keys;
    private final InstantSource clock;

    /**
     * @param keys also of others
     */
    public ArcVerifier(Keys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Begins with a message whose header is there: looks up keys while the body arrives.
     *
     * @param fields octets of each field of the header, in order: name, colon and value with all
     *     blanks and folds, CRLF at the end. Not copied, not to be changed
     */
    public ArcVerification begin(List<byte[]> fields) {
        Header header = Header.of(fields);
        int count = 0;
        try {
            List<ArcSet> sets = ArcSets.of(header);
            if (sets.isEmpty()) {
                return new ArcVerification(ArcResult.none());
            }
            count = sets.size();
            long now = clock.instant().getEpochSecond();
            return new ArcVerification(new Chain(header, sets, now - DRIFT_SECONDS), keys);
        } catch (Unacceptable e) {
            return new ArcVerification(ArcResult.fail(e.reason(), count));
        }
    }
}
