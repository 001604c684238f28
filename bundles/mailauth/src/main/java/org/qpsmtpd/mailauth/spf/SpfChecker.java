package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.CompletionStage;
import org.qpsmtpd.mailauth.Dns;

/** Checks whether clients may send for domains. May be used by many threads at once. */
public final class SpfChecker {
    private final Dns dns;
    private final SpfSettings settings;
    private final RecordCache records = new RecordCache();

    public SpfChecker(Dns dns, SpfSettings settings) {
        this.dns = dns;
        this.settings = settings;
    }

    /**
     * The function {@code check_host} of RFC 7208, section 4, and the explanation of section 6.2.
     *
     * @return a stage that completes as the look-ups do, on a thread of theirs, and never with an
     *     exception
     */
    public CompletionStage<SpfVerdict> check(SpfRequest request) {
        return Check.of(request, dns, records, settings);
    }
}
