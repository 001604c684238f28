package org.qpsmtpd.runtime.felix.options;

import java.util.stream.Collectors;

/** What {@code --help} and {@code --version} print. */
public final class HelpText {
    public static final String VERSION = "Qpsmtpd Daemon - version 1.0.0";

    private static final int WIDTH = 80;
    private static final int INDENT = 27;

    private HelpText() {}

    /** One entry for each option, wrapped at 80 columns, with a line end at the end. */
    public static String text(FrontEnd frontEnd) {
        StringBuilder text = new StringBuilder();
        text.append("usage: ").append(frontEnd.program()).append(" [options]\n\n");
        for (ProgramOption option : frontEnd.options()) {
            append(text, frontEnd, option);
        }
        text.append(
                """

                Options may be abbreviated, as --opt VALUE or --opt=VALUE.
                QPSMTPD_CONFIG names the config directory, QPSMTPD_DEPLOY the folder that takes
                new plugin bundles, QPSMTPD_JAVA_OPTS more options for the Java machine.
                SIGHUP reads plugins and configuration anew; SIGTERM and SIGINT stop the server
                after what is in flight.
                """);
        return text.toString();
    }

    private static void append(StringBuilder text, FrontEnd frontEnd, ProgramOption option) {
        String placeholder = option.placeholder();
        StringBuilder line = new StringBuilder("  ");
        line.append(
                frontEnd.names(option).stream()
                        .map(name -> (name.length() == 1 ? "-" : "--") + name)
                        .collect(Collectors.joining(", ")));
        if (!placeholder.isEmpty()) {
            line.append(' ').append(placeholder);
        }
        if (line.length() >= INDENT) {
            text.append(line).append('\n');
            line.setLength(0);
        }
        pad(line);
        for (String word : frontEnd.meaning(option).split(" ", -1)) {
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
