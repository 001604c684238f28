package org.qpsmtpd.mailauth.dmarc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads lists of URIs that take reports (RFC 9989 section 4.8, RFC 3986). */
final class ReportUris {
    /** Further ones are left out. */
    private static final int MOST = 20;

    private static final int LONGEST = 2048;
    private static final String MAIL = "mailto:";

    private ReportUris() {}

    /** Those that are URIs, without the size behind them, which is obsolete. */
    static List<String> of(@Nullable String list) {
        List<String> uris = new ArrayList<>(2);
        int at = 0;
        while (list != null && at <= list.length() && uris.size() < MOST) {
            int comma = list.indexOf(',', at);
            int end = comma < 0 ? list.length() : comma;
            String uri = withoutSize(list.substring(at, end).strip());
            if (isUri(uri)) {
                uris.add(uri);
            }
            at = end + 1;
        }
        return uris;
    }

    /** {@code !10m} at its end: digits, maybe with k, m, g or t. */
    private static String withoutSize(String uri) {
        int mark = uri.lastIndexOf('!');
        return mark >= 0 && isSize(uri, mark + 1) ? uri.substring(0, mark) : uri;
    }

    private static boolean isSize(String text, int from) {
        boolean hasUnit = "kmgtKMGT".indexOf(text.charAt(text.length() - 1)) >= 0;
        int end = hasUnit ? text.length() - 1 : text.length();
        for (int i = from; i < end; i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return end > from;
    }

    private static boolean isUri(String text) {
        int colon = text.indexOf(':');
        boolean isPossible = colon > 0 && colon < text.length() - 1 && text.length() <= LONGEST;
        return isPossible && isScheme(text, colon) && isRest(text, colon + 1) && hasMailbox(text);
    }

    private static boolean isScheme(String text, int end) {
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (!isLetter(c) && (i == 0 || !(isDigit(c) || "+-.".indexOf(c) >= 0))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRest(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isEscape = c == '%' && isHex(text, i + 1) && isHex(text, i + 2);
            boolean isPlain = isLetter(c) || isDigit(c) || "-._~:/?#[]@$&'()*+;=".indexOf(c) >= 0;
            if (!isEscape && !isPlain) {
                return false;
            }
        }
        return true;
    }

    /** Whether an address follows, where one has to. */
    private static boolean hasMailbox(String text) {
        if (!text.regionMatches(true, 0, MAIL, 0, MAIL.length())) {
            return true;
        }
        int question = text.indexOf('?');
        int end = question < 0 ? text.length() : question;
        int at = text.lastIndexOf('@', end - 1);
        return at > MAIL.length() && at < end - 1;
    }

    private static boolean isHex(String text, int at) {
        return at < text.length() && Character.digit(text.charAt(at), 16) >= 0;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
