package org.qpsmtpd.core.session;

import java.util.concurrent.atomic.LongAdder;
import org.qpsmtpd.api.control.MailCounts;

/** Counts what becomes of mail. For any number of threads, without a lock. */
final class MailFigures {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder deferred = new LongAdder();

    /** A message has had its reply. */
    void message(int code) {
        if (code < 400) {
            accepted.increment();
        } else {
            refusal(code);
        }
    }

    /** Mail was not taken, with a reply code from 400 on. */
    void refusal(int code) {
        (code < 500 ? deferred : refused).increment();
    }

    /**
     * A reply that is not about a whole message: counts when its code is one that refuses mail, and
     * not what is wrong with a command.
     */
    void reply(int code) {
        switch (code) {
            case 450, 451, 452, 550, 551, 552, 553, 554 -> refusal(code);
            default -> {
                // 421 also ends sessions that have nothing to send, so who refuses with it counts
            }
        }
    }

    MailCounts counts() {
        return new MailCounts(accepted.sum(), refused.sum(), deferred.sum());
    }
}
