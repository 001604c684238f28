package org.qpsmtpd.core.worker;

/** Is told about a call that takes too long. */
@FunctionalInterface
public interface Overrun {
    /**
     * A call has held up an event loop; told once for each call, on the guard's thread.
     *
     * @param who what {@link InlineCalls#begin} was given
     * @param loop the thread that is held up
     * @param millis for how long so far
     */
    void overran(Object who, Thread loop, long millis);
}
