package org.qpsmtpd.plugin.queue.qmailqueue;

/**
 * What an exit code of qmail-queue says.
 *
 * @param meaning in words
 * @param status enhanced status code; its class says whether the refusal is for good
 */
record ExitCode(String meaning, String status) {
    /** The program gives its reason on descriptor 6. */
    static final int CUSTOM = 82;

    /**
     * Reads a code.
     *
     * @param code 1 to 255; of those without a meaning, 11 to 40 are for good
     */
    static ExitCode of(int code) {
        return switch (code) {
            case 11 -> new ExitCode("envelope address too long", "5.1.3");
            case 31 -> new ExitCode("message refused for good", "5.3.0");
            case 51 -> new ExitCode("out of memory", "4.3.0");
            case 52 -> new ExitCode("timeout", "4.3.0");
            case 53 -> new ExitCode("write error or disk full", "4.3.0");
            case 54 -> new ExitCode("read error", "4.3.0");
            case 55 -> new ExitCode("configuration cannot be read", "4.3.0");
            case 56 -> new ExitCode("network trouble", "4.3.0");
            case 61 -> new ExitCode("trouble in the home directory", "4.3.0");
            case 62, 63, 64, 65, 66 -> new ExitCode("trouble in the queue directory", "4.3.0");
            case 71 -> new ExitCode("message refused for now", "4.3.0");
            case 72 -> new ExitCode("connection to the mail server timed out", "4.4.1");
            case 73 -> new ExitCode("connection to the mail server refused", "4.4.1");
            case 74 -> new ExitCode("connection to the mail server failed", "4.4.2");
            case 81 -> new ExitCode("internal bug", "4.3.0");
            case 91 -> new ExitCode("envelope format error", "4.3.0");
            case 120, 126, 127 -> new ExitCode("cannot be executed", "4.3.0");
            default -> unknown(code);
        };
    }

    private static ExitCode unknown(int code) {
        boolean forGood = code >= 11 && code <= 40;
        return forGood
                ? new ExitCode("permanent problem", "5.3.0")
                : new ExitCode("temporary problem", "4.3.0");
    }

    boolean isPermanent() {
        return status.startsWith("5");
    }
}
