package org.qpsmtpd.core.message;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Arrays for pieces of messages that nobody reads any more, for the next messages: making such an
 * array anew for each piece costs more than reading the piece from the client. For all servers of
 * the process; what waits here is in no account, so it is little, and goes when nobody needs it.
 */
public final class Pieces {
    /** Length of a full piece. */
    public static final int PIECE = 256 * 1024;

    /** Length of the arrays: a piece, and what one step may bring beyond it. */
    static final int LENGTH = PIECE + 64 * 1024;

    private static final int PART_OF_MEMORY = 32;
    private static final Pieces OF_THIS_JVM =
            new Pieces((int) (Runtime.getRuntime().maxMemory() / PART_OF_MEMORY / LENGTH));

    private final int most;
    private final Queue<byte[]> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    /** How many have waited all the time since somebody tidied. */
    private final AtomicInteger idle = new AtomicInteger();

    /**
     * @param most how many wait at most
     */
    Pieces(int most) {
        this.most = most;
    }

    /** Those of this process. */
    public static Pieces ofThisJvm() {
        return OF_THIS_JVM;
    }

    /** An array whose octets mean nothing. */
    public byte[] take() {
        byte[] array = free.poll();
        if (array == null) {
            return new byte[LENGTH];
        }
        idle.accumulateAndGet(count.decrementAndGet(), Math::min);
        return array;
    }

    /** Gives an array back that nobody reads or writes from now on; one of another length goes. */
    void give(byte[] array) {
        if (array.length != LENGTH) {
            return;
        }
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return;
        }
        free.add(array);
    }

    /** To be called about once a second: half of those that nobody took since the last call go. */
    public void tidy() {
        int unused = idle.getAndSet(count.get());
        for (int left = unused - unused / 2; left > 0 && free.poll() != null; left--) {
            count.decrementAndGet();
        }
    }
}
