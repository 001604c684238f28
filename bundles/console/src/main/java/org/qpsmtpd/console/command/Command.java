package org.qpsmtpd.console.command;

import java.util.List;

/** One command of the console. It serves several administrators at once and keeps no state. */
public interface Command {
    /** How it is used. */
    Usage usage();

    /**
     * Does it and prints.
     *
     * @throws CommandFailure when it cannot be done, or found a fault
     * @throws InterruptedException when the administrator does not want it any longer
     */
    void run(Call call) throws InterruptedException;

    /** The words that an operand may be, for completion; asked anew for each. */
    default List<String> candidates(Hints hints) {
        return List.of();
    }
}
