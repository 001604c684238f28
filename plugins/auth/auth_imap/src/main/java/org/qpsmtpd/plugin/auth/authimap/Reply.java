package org.qpsmtpd.plugin.auth.authimap;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.api.peer.PeerFailure;

/**
 * What the server says to a command, or as its greeting (RFC 9051 section 7).
 *
 * @param kind in upper case: OK, NO, BAD, BYE, PREAUTH, or {@code +} for a wish for more
 * @param code the word in brackets behind it in upper case, such as UNAVAILABLE; empty without
 * @param text the line that says so, for the log
 * @param capabilities what the server says before that it can, in upper case
 */
record Reply(String kind, String code, String text, Set<String> capabilities) {
    private static final int SHOWN = 100;

    /** Answers that say nothing of the password: the server cannot tell now, or not so. */
    private static final Set<String> TROUBLE =
            Set.of(
                    "UNAVAILABLE",
                    "SERVERBUG",
                    "INUSE",
                    "LIMIT",
                    "CONTACTADMIN",
                    "CLIENTBUG",
                    "CANNOT",
                    "PRIVACYREQUIRED");

    /** Reads the rest of a line, behind its tag. */
    static Reply parse(String rest, Set<String> capabilities) {
        List<String> words = List.of(rest.strip().split(" +", 3));
        String second = words.size() > 1 ? words.get(1) : "";
        String code = second.startsWith("[") ? second.substring(1).replaceAll("\\].*", "") : "";
        return new Reply(
                words.get(0).toUpperCase(Locale.ROOT),
                code.toUpperCase(Locale.ROOT),
                shown(rest),
                Set.copyOf(capabilities));
    }

    private static String shown(String text) {
        String clean = text.strip().replaceAll("[^ -~]", "?");
        return clean.length() <= SHOWN ? clean : clean.substring(0, SHOWN) + "...";
    }

    boolean isOk() {
        return kind.equals("OK");
    }

    boolean wantsMore() {
        return kind.equals("+");
    }

    /** Whether it says that the password is wrong, or that there is no such user. */
    boolean isRefusal() {
        return kind.equals("NO") && !TROUBLE.contains(code);
    }

    /** What went wrong with a command. */
    PeerFailure failure(String command) {
        return new PeerFailure(
                PeerFailure.Kind.FAULT, "the IMAP server answers " + command + ": '" + text + "'");
    }
}
