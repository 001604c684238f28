package org.qpsmtpd.plugin.rcptcallout;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reply of the next hop.
 *
 * @param code 200 to 599
 * @param lines texts without the code; printable ASCII
 */
record HopReply(int code, List<String> lines) {
    private static final int LONGEST_TEXT = 250;
    private static final Pattern ENHANCED = Pattern.compile("([245])\\.[0-9]{1,3}\\.[0-9]{1,3}\\b");

    boolean isPositive() {
        return code / 100 == 2;
    }

    boolean isTemporary() {
        return code / 100 == 4;
    }

    boolean isPermanent() {
        return code / 100 == 5;
    }

    /** Whether a line after the first begins with that keyword, as EHLO is answered. */
    boolean offers(String keyword) {
        return lines.stream()
                .skip(1)
                .map(line -> line.strip().toUpperCase(Locale.ROOT))
                .anyMatch(line -> line.equals(keyword) || line.startsWith(keyword + " "));
    }

    /** All lines on one, without enhanced codes, at most 250 characters. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            String plain = line.substring(enhanced(line).length()).strip();
            text.append(text.length() == 0 || plain.isEmpty() ? "" : " ").append(plain);
            if (text.length() > LONGEST_TEXT) {
                return text.substring(0, LONGEST_TEXT) + "...";
            }
        }
        return text.toString();
    }

    /** The first enhanced code whose class is the reply's; empty when there is none. */
    String enhancedCode() {
        return lines.stream()
                .map(this::enhanced)
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse("");
    }

    private String enhanced(String line) {
        Matcher matcher = ENHANCED.matcher(line);
        boolean fits = matcher.lookingAt() && matcher.group(1).equals(Integer.toString(code / 100));
        return fits ? matcher.group() : "";
    }

    /** Codes and text, for the log. */
    String shown() {
        String enhanced = enhancedCode();
        return (code + " " + enhanced + (enhanced.isEmpty() ? "" : " ") + text()).strip();
    }
}
