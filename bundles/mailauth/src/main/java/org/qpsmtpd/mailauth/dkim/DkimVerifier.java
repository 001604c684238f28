package org.qpsmtpd.mailauth.dkim;

import java.time.InstantSource;
import java.util.List;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.Keys;

/** Finds out who signed messages. Safe for many threads. */
public final class DkimVerifier {
    private final Keys keys;
    private final DkimLimits limits;
    private final InstantSource clock;

    /** Makes one with a store of keys of its own. */
    public DkimVerifier(Dns dns, DkimLimits limits, InstantSource clock) {
        this(new Keys(dns, limits.keys()), limits, clock);
    }

    /**
     * @param keys also of others
     */
    public DkimVerifier(Keys keys, DkimLimits limits, InstantSource clock) {
        this.keys = keys;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Begins with a message whose header is there: looks up keys while the body arrives.
     *
     * @param fields octets of each field of the header, in order: name, colon and value with all
     *     blanks and folds, CRLF at the end. Not copied, not to be changed
     */
    public DkimVerification begin(List<byte[]> fields) {
        return new DkimVerification(
                Header.of(fields), keys, limits, clock.instant().getEpochSecond());
    }
}
