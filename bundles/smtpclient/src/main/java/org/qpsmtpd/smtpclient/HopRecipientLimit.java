package org.qpsmtpd.smtpclient;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How many recipients of one message the next hop takes, as far as it has told: in its reply to
 * EHLO (RFC 9422), or by refusing more (RFC 5321 section 4.5.3.1.10). What was learnt by a refusal
 * holds for a day, longer than senders wait before they try again.
 */
final class HopRecipientLimit {
    private static final long LEARNT_FOR = TimeUnit.DAYS.toNanos(1);

    private record Learnt(int most, long since) {}

    private volatile int announced = Integer.MAX_VALUE;
    private volatile Learnt learnt = new Learnt(Integer.MAX_VALUE, 0);

    /** The next hop said what it offers. */
    void announced(Extensions offered) {
        announced = offered.limit("RCPTMAX");
    }

    /** The next hop took so many, and no more. */
    void learnt(int most, long now) {
        learnt = new Learnt(most, now);
    }

    /**
     * {@link Integer#MAX_VALUE} when no limit is known.
     *
     * @param now in the terms of {@link System#nanoTime}
     */
    int most(long now) {
        Learnt last = learnt;
        boolean old = now - last.since() > LEARNT_FOR;
        return Math.min(announced, old ? Integer.MAX_VALUE : last.most());
    }

    /**
     * How many recipients were taken before the next hop said that there are too many; 0 when it
     * did not.
     *
     * @param replies to each RCPT
     */
    static int in(List<HopReply> replies) {
        int taken = 0;
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i).isPositive()) {
                taken++;
            } else if (taken > 0 && areTooMany(replies.subList(i, replies.size()))) {
                return taken;
            }
        }
        return 0;
    }

    /** None is taken any more, and the first refusal says why, or could mean it. */
    private static boolean areTooMany(List<HopReply> rest) {
        HopReply first = rest.get(0);
        boolean told =
                (first.code() == 452 || first.code() == 552)
                        && first.enhancedCode().endsWith(".5.3");
        boolean possible = first.code() == 452 && first.enhancedCode().equals("4.0.0");
        return (told || possible) && rest.stream().allMatch(reply -> reply.code() == first.code());
    }
}
