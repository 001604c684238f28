package org.qpsmtpd.plugin.milter;

import java.util.Arrays;
import java.util.Optional;

/** What a filter is told of, in the order of a session, with what the protocol says about it. */
enum Stage {
    CONNECT('C', "connection", 0, 0x1, 0x1000, 2),
    HELO('H', "HELO", 1, 0x2, 0x2000, 2),
    MAIL('M', "MAIL FROM", 2, 0x4, 0x4000, 2),
    RCPT('R', "RCPT TO", 3, 0x8, 0x8000, 2),
    DATA('T', "DATA", 4, 0x200, 0x10000, 4),
    UNKNOWN('U', "command", -1, 0x100, 0x20000, 3),
    HEADER('L', "header", -1, 0x20, 0x80, 2),
    END_OF_HEADER('N', "end headers", 6, 0x40, 0x40000, 2),
    BODY('B', "body", -1, 0x10, 0x80000, 2),
    END('E', "end of DATA", 5, 0, 0, 2);

    final char letter;

    /** What the client reads, as qpsmtpd writes it. */
    final String phase;

    /** The bit of the agreed steps that says that it is not told. */
    final int skipped;

    /** The bit that says that it is not answered. */
    final int unanswered;

    /** The first version of the protocol that has it. */
    final int version;

    private final int macros;

    /**
     * @param macros number of the stage in lists of macros; negative when it has none
     */
    Stage(char letter, String phase, int macros, int skipped, int unanswered, int version) {
        this.letter = letter;
        this.phase = phase;
        this.macros = macros;
        this.skipped = skipped;
        this.unanswered = unanswered;
        this.version = version;
    }

    /** The stage with that number in lists of macros; absent when there is none that we tell of. */
    static Optional<Stage> ofMacros(int number) {
        return Arrays.stream(values())
                .filter(each -> each.macros >= 0 && each.macros == number)
                .findFirst();
    }

    /** Whether it is about the connection, not about a message. */
    boolean isOfConnection() {
        return this == CONNECT || this == HELO;
    }
}
