package org.qpsmtpd.mailauth.spf;

import java.util.Map;
import java.util.TreeMap;

/** The header field Received-SPF (RFC 7208, 9.1). */
public final class ReceivedSpf {
    private static final int MOST_TEXT = 300;
    private static final String ATOM = "!#$%&'*+-/=?^_`{|}~";

    private ReceivedSpf() {}

    /**
     * The value of the field: the result, a comment for people, and what it was made of. Its lines
     * are folded; it is printable ASCII, whatever the client and the domain said.
     *
     * @param receiver name of the host that checked
     */
    public static String value(SpfVerdict verdict, String receiver) {
        SpfRequest request = verdict.request();
        Map<String, String> pairs = new TreeMap<>();
        pairs.put("client-ip", Addresses.readable(request.client()));
        pairs.put("helo", request.helo());
        pairs.put("identity", request.identity().word());
        pairs.put("receiver", receiver);
        if (request.identity() == SpfIdentity.MAIL_FROM) {
            pairs.put("envelope-from", request.sender());
        }
        if (!verdict.mechanism().isEmpty()) {
            pairs.put("mechanism", verdict.mechanism());
        }
        if (!verdict.problem().isEmpty()) {
            pairs.put("problem", verdict.problem());
        }
        StringBuilder value = new StringBuilder(verdict.result().word());
        value.append(" (").append(comment(receiver + ": " + told(verdict))).append(')');
        pairs.forEach(
                (key, text) ->
                        value.append("\n ").append(key).append('=').append(word(text)).append(';'));
        value.setLength(value.length() - 1);
        return value.toString();
    }

    private static String told(SpfVerdict verdict) {
        String domain = verdict.request().domain();
        String client = Addresses.readable(verdict.request().client());
        return switch (verdict.result()) {
            case PASS -> domain + " lets " + client + " send";
            case FAIL -> domain + " does not let " + client + " send";
            case SOFTFAIL -> domain + " hardly lets " + client + " send";
            case NEUTRAL -> domain + " does not say whether " + client + " may send";
            case NONE -> domain + " says nothing of who may send";
            case TEMPERROR -> "not known for now who may send for " + domain;
            case PERMERROR -> "what " + domain + " says of who may send cannot be used";
        };
    }

    /** A dot-atom where the text is one, else a quoted string. */
    private static String word(String text) {
        String safe = safe(text);
        boolean isAtom =
                !safe.isEmpty()
                        && !safe.startsWith(".")
                        && !safe.endsWith(".")
                        && !safe.contains("..")
                        && safe.chars().allMatch(c -> isAtomCharacter((char) c));
        return isAtom ? safe : '"' + safe.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static boolean isAtomCharacter(char c) {
        return Ascii.isLetterOrDigit(c) || c == '.' || ATOM.indexOf(c) >= 0;
    }

    private static String comment(String text) {
        return safe(text).replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)");
    }

    private static String safe(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.chars()
                .limit(MOST_TEXT)
                .forEach(c -> safe.append(c < ' ' || c > '~' ? '?' : (char) c));
        return safe.toString();
    }
}
