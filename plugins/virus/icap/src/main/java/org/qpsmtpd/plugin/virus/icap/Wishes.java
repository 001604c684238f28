package org.qpsmtpd.plugin.virus.icap;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the service wants, asked for when it is not known any more. */
final class Wishes {
    private static final Logger LOG = LoggerFactory.getLogger(Wishes.class);
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Icap icap;
    private volatile @Nullable Known known;

    private record Known(IcapService service, Instant until) {}

    Wishes(Icap icap) {
        this.icap = icap;
    }

    /** What it wants; fails only while nothing is known. */
    CompletionStage<IcapService> get(Instant now) {
        Known last = known;
        if (last == null) {
            return icap.options().thenApply(service -> learn(service, now));
        }
        if (now.isBefore(last.until)) {
            return CompletableFuture.completedFuture(last.service);
        }
        known = new Known(last.service, now.plus(PAUSE)); // others do not ask as well
        return icap.options()
                .thenApply(service -> learn(service, now))
                .exceptionally(failure -> last.service);
    }

    private IcapService learn(IcapService service, Instant now) {
        known = new Known(service, now.plus(service.life()));
        return service;
    }

    /** Asks anew with the next message when an answer shows that the service has changed. */
    void saw(String tag) {
        Known last = known;
        if (last == null || tag.isEmpty() || tag.equals(last.service.tag())) {
            return;
        }
        IcapService was = last.service;
        LOG.info("the ICAP service has the state {} now, {} before", tag, was.tag());
        IcapService now = new IcapService(was.preview(), was.allowsUnmodified(), tag, was.life());
        known = new Known(now, Instant.MIN);
    }
}
