package org.qpsmtpd.runtime.felix;

/** What {@code --help} and {@code --version} print. */
final class Usage {
    static final String VERSION = "Qpsmtpd Daemon - version 1.0.0";

    private static final int WIDTH = 80;
    private static final int INDENT = 27;

    private Usage() {}

    /** One entry for each option, wrapped at 80 columns, with a line end at the end. */
    static String text() {
        StringBuilder text = new StringBuilder();
        text.append("usage: qpsmtpd-prefork [options]\n\n");
        for (Option option : Option.values()) {
            append(text, option);
        }
        text.append(
                """

                Options may be abbreviated, in any letter case, as --opt VALUE or --opt=VALUE.
                QPSMTPD_CONFIG names the config directory, QPSMTPD_DEPLOY the folder that takes
                new plugin bundles, QPSMTPD_JAVA_OPTS more options for the Java machine.
                SIGHUP reads plugins and configuration anew; SIGTERM and SIGINT stop the server
                after what is in flight.
                """);
        return text.toString();
    }

    private static void append(StringBuilder text, Option option) {
        String placeholder = option.placeholder();
        StringBuilder line = new StringBuilder("  --").append(String.join(", --", option.names()));
        if (!placeholder.isEmpty()) {
            line.append(' ').append(placeholder);
        }
        if (line.length() >= INDENT) {
            text.append(line).append('\n');
            line.setLength(0);
        }
        pad(line);
        for (String word : option.meaning().split(" ", -1)) {
            if (line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line.setLength(0);
                pad(line);
            }
            line.append(' ').append(word);
        }
        text.append(line).append('\n');
    }

    private static void pad(StringBuilder line) {
        line.append(" ".repeat(Math.max(0, INDENT - line.length())));
    }
}
