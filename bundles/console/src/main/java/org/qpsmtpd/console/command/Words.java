package org.qpsmtpd.console.command;

/** Small pieces of sentences. */
final class Words {
    private Words() {}

    /** As in {@code 1 plugin}, {@code 3 plugins}. */
    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** The text, or a dash in its place when there is none. */
    static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** Whether a plugin list is the one that is there where nothing else is said. */
    static boolean isUsual(String list) {
        return list.equals("plugins");
    }
}
