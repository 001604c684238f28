package org.qpsmtpd.plugin.auth.authoauth;

import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What was said of tokens that are good, by their hashes, for a short time: at most 10,000, the
 * oldest goes first. Safe for use by several threads.
 */
final class GoodTokens {
    private static final int MOST = 10_000;

    private final Duration life;
    private final Clock clock;
    private final Map<String, Known> known =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
                    return size() > MOST;
                }
            };

    private record Known(JWTClaimsSet claims, long end) {}

    /**
     * @param life zero to keep nothing
     */
    GoodTokens(Duration life, Clock clock) {
        this.life = life;
        this.clock = clock;
    }

    /**
     * Keeps it.
     *
     * @param end of the token, in milliseconds since 1970
     */
    synchronized void keep(String hash, JWTClaimsSet claims, long end) {
        long until = Math.min(end, clock.millis() + life.toMillis());
        known.remove(hash);
        if (until > clock.millis()) {
            known.put(hash, new Known(claims, until));
        }
    }

    synchronized Optional<JWTClaimsSet> find(String hash) {
        Known found = known.get(hash);
        if (found != null && found.end() <= clock.millis()) {
            known.remove(hash);
            return Optional.empty();
        }
        return Optional.ofNullable(found).map(Known::claims);
    }

    synchronized int size() {
        return known.size();
    }
}
