package org.qpsmtpd.core.dialogue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;

/** What the server's buffers for sockets take. */
final class NettyMemory {
    private NettyMemory() {}

    /** Octets that the allocator holds now. */
    static long used() {
        ByteBufAllocatorMetric metric =
                ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }
}
