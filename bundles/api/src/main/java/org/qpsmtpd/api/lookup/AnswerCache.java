package org.qpsmtpd.api.lookup;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A bounded number of answers, each for the same time. Safe for use by several threads. */
final class AnswerCache {
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();
    private final Duration life;
    private final int most;

    /**
     * @param text for the client, where it is not the usual one; maybe empty
     */
    record Answer(Mailbox mailbox, String text) {}

    private record Kept(Answer answer, Instant until) {}

    /**
     * @param life how long an answer is kept; zero for not at all
     */
    AnswerCache(Duration life, int most) {
        this.life = life;
        this.most = most;
    }

    Optional<Answer> get(String address, Instant now) {
        Kept found = kept.get(address);
        return found == null || !now.isBefore(found.until)
                ? Optional.empty()
                : Optional.of(found.answer);
    }

    void put(String address, Answer answer, Instant now) {
        if (life.isZero()) {
            return;
        }
        if (kept.size() >= most) {
            makeRoom(now);
        }
        kept.put(address, new Kept(answer, now.plus(life)));
    }

    Duration life() {
        return life;
    }

    void remove(String address) {
        kept.remove(address);
    }

    int size() {
        return kept.size();
    }

    /** What is over goes; when that is not enough, an eighth goes, so that this is seldom done. */
    private void makeRoom(Instant now) {
        kept.values().removeIf(entry -> !now.isBefore(entry.until));
        int surplus = kept.size() - most;
        if (surplus >= 0) {
            Iterator<String> keys = kept.keySet().iterator();
            for (int left = surplus + most / 8 + 1; left > 0 && keys.hasNext(); left--) {
                keys.next();
                keys.remove();
            }
        }
    }
}
