package org.qpsmtpd.dns.transport;

/** Something to be done when its time has come; one of a circle of those with its delay. */
public class Alarm {
    private final long due;
    private final Runnable task;
    private Alarm before = this;
    private Alarm next = this;

    Alarm(long due, Runnable task) {
        this.due = due;
        this.task = task;
    }

    long due() {
        return due;
    }

    Runnable task() {
        return task;
    }

    Alarm next() {
        return next;
    }

    /** Takes the last place of a circle. */
    void enter(Alarm circle) {
        before = circle.before;
        next = circle;
        before.next = this;
        circle.before = this;
    }

    /** It need not be done any more. To be called on the loop. */
    public final void cancel() {
        before.next = next;
        next.before = before;
        before = this;
        next = this;
    }
}
