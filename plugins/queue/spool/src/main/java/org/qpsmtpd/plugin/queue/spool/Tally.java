package org.qpsmtpd.plugin.queue.spool;

import java.util.concurrent.atomic.LongAdder;

/** What was counted since the plugin is there; recipients, but for those that were taken. */
record Tally(LongAdder taken, LongAdder delivered, LongAdder deferred, LongAdder failed) {
    Tally() {
        this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
}
