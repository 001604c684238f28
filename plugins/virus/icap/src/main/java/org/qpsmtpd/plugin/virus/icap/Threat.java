package org.qpsmtpd.plugin.virus.icap;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds in the header of an answer what a scanner found. */
final class Threat {
    /** Where the server does not say how it is called. */
    static final String UNNAMED = "unnamed";

    private static final Pattern INFECTION = Pattern.compile("(?i)Threat=([^;]*)");
    private static final List<String> NAMES = List.of("X-Virus-ID", "X-Virus-Name");

    private Threat() {}

    /** Its name; empty when the header says of none. */
    static String in(Head head) {
        String infection = head.value("X-Infection-Found");
        String violations = head.value("X-Violations-Found");
        Matcher threat = INFECTION.matcher(infection);
        if (threat.find() && !Text.name(threat.group(1)).isEmpty()) {
            return Text.name(threat.group(1));
        }
        for (String name : NAMES) {
            String value = Text.name(head.value(name));
            if (!value.isEmpty() && !isNone(value)) {
                return value;
            }
        }
        String[] lines = violations.split("\n", -1);
        if (lines.length > 2 && !isNone(lines[0])) {
            return Text.name(lines[2]); // number, then file and threat of the first
        }
        return infection.isEmpty() && isNone(violations) ? "" : UNNAMED;
    }

    private static boolean isNone(String value) {
        return value.isEmpty()
                || value.equals("0")
                || value.equalsIgnoreCase("no")
                || value.equalsIgnoreCase("none")
                || value.equalsIgnoreCase("no threats");
    }
}
