package org.qpsmtpd.plugin.queue.postfixqueue;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.answer.HookResult;

/** Makes the plugin's answer of cleanup's. */
final class CleanupAnswer {
    private static final int MAX_TEXT = 250;

    /** A reply code as with FLAG_SMTP_REPLY, an enhanced code, and the text; all may be missing. */
    private static final Pattern REASON =
            Pattern.compile("(?:([45][0-9]{2}) )?(?:([245]\\.[0-9]{1,3}\\.[0-9]{1,3}) )?(.*)");

    /** A bit of the status. Temporary ones stand first, since then nothing is lost. */
    private record Fault(int bit, boolean isPermanent, String text, String code) {}

    private static final List<Fault> FAULTS =
            List.of(
                    new Fault(1, false, "internal protocol error", "4.3.0"),
                    new Fault(2, false, "queue file write error", "4.3.0"),
                    new Fault(128, false, "queue file write error", "4.3.0"),
                    new Fault(256, false, "service unavailable", "4.7.1"),
                    new Fault(4, true, "message file too big", "5.3.4"),
                    new Fault(8, true, "message content rejected", "5.7.1"),
                    new Fault(16, true, "too many hops", "5.4.0"),
                    new Fault(64, true, "no recipients specified", "5.1.0"),
                    new Fault(512, true, "service denied", "5.7.1"),
                    new Fault(1 << 16, true, "bare LF received", "5.5.2"));

    private static final Fault UNKNOWN = new Fault(0, false, "unknown status", "4.3.0");

    private CleanupAnswer() {}

    /**
     * The answer.
     *
     * @param attributes what cleanup said after the message
     * @param place which cleanup, for the log
     * @param queued text when the message is in the queue
     */
    static HookResult of(Map<String, String> attributes, String place, String queued) {
        String status = attributes.getOrDefault("status", "");
        if (!status.matches("[0-9]{1,9}")) {
            return deferred("cleanup gave no status", place + ": no status");
        }
        int bits = Integer.parseInt(status);
        if (bits == 0) {
            return HookResult.ok(queued).because("pass: " + place + ": " + queued);
        }
        Fault fault =
                FAULTS.stream().filter(f -> (bits & f.bit()) != 0).findFirst().orElse(UNKNOWN);
        return refused(fault, oneLine(attributes.getOrDefault("reason", "")), place, bits);
    }

    /**
     * Cleanup cannot be used.
     *
     * @param reason for the client
     * @param detail for the log
     */
    static HookResult deferred(String reason, String detail) {
        return HookResult.denySoft("Unable to queue message (" + reason + ") (#4.3.0)")
                .withCode(451)
                .because("error: " + detail);
    }

    private static HookResult refused(Fault fault, String reason, String place, int bits) {
        Matcher said = REASON.matcher(reason);
        String text = said.matches() && !said.group(3).isBlank() ? said.group(3) : fault.text();
        boolean agreed = said.matches() && said.group(2) != null && isOf(fault, said.group(2));
        String coded = text + " (#" + (agreed ? said.group(2) : fault.code()) + ")";
        String detail = place + ": status " + bits + ", " + text;
        HookResult result =
                fault.isPermanent()
                        ? HookResult.deny(coded, detail)
                        : HookResult.denySoft(coded, detail);
        boolean coming = said.matches() && said.group(1) != null && isOf(fault, said.group(1));
        return coming ? result.withCode(Integer.parseInt(said.group(1))) : result;
    }

    private static boolean isOf(Fault fault, String code) {
        return code.charAt(0) == fault.code().charAt(0);
    }

    /** Printable ASCII, at most 250 characters. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MAX_TEXT); i++) {
            char c = text.charAt(i);
            line.append(c < ' ' ? ' ' : c > 126 ? '?' : c);
        }
        return line.toString().strip() + (text.length() > MAX_TEXT ? "..." : "");
    }
}
