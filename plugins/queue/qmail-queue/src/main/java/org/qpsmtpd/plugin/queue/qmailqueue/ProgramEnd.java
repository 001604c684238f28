package org.qpsmtpd.plugin.queue.qmailqueue;

/**
 * How a run of the program ended.
 *
 * @param inTime false when it was killed at the limit; nothing else counts then
 * @param exitCode 0 to 255, as a shell gives it
 * @param handed how much of the message it was given
 * @param text what it wrote to descriptor 6, on one line; empty when it ended with 0
 * @param errors what it wrote to its standard error, alike
 */
record ProgramEnd(boolean inTime, int exitCode, Handed handed, String text, String errors) {
    /** How much of the message the program was given. */
    enum Handed {
        /** All. */
        WHOLE,

        /** The program stopped reading, or ended, before the message's end. */
        BROKEN_OFF,

        /** The message could not be read; the program was killed before it could see an end. */
        UNREADABLE
    }
}
