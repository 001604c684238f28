package org.qpsmtpd.mailauth.report;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.mailauth.DomainName;

/**
 * Where reports are wanted: the address of a URI {@code mailto:}.
 *
 * @param local left of the {@code @}: ASCII that needs no quotes
 * @param domain in A-labels and lower case
 * @param limit octets that a mail may have at most; 0 for any
 */
public record ReportUri(String local, String domain, long limit) {
    private static final int LONGEST = 8192;
    private static final String SCHEME = "mailto:";

    /** RFC 7489 section 6.2; RFC 9989 has no limits any more, and many records still do. */
    private static final Pattern LIMITED = Pattern.compile("(.*)!([0-9]{1,15})([kmgt]?)");

    private static final Pattern LOCAL = Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}");
    private static final Pattern HOST = Pattern.compile("[a-z0-9._-]+");

    /**
     * Reads the value of {@code rua} or {@code ruf}. What is no such URI is left out.
     *
     * @param most how many are taken
     */
    public static List<ReportUri> parse(String value, int most) {
        List<ReportUri> uris = new ArrayList<>();
        if (value.length() > LONGEST) {
            return uris;
        }
        for (String word : value.split(",", -1)) {
            Optional<ReportUri> uri = one(word.strip()).filter(each -> !uris.contains(each));
            if (uris.size() < most) {
                uri.ifPresent(uris::add);
            }
        }
        return uris;
    }

    private static Optional<ReportUri> one(String word) {
        if (!word.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        String rest = word.substring(SCHEME.length());
        Matcher limited = LIMITED.matcher(rest.toLowerCase(Locale.ROOT));
        boolean isLimited = limited.matches();
        String uri = isLimited ? rest.substring(0, limited.end(1)) : rest;
        long limit = isLimited ? octets(limited.group(2), limited.group(3)) : 0;
        int query = uri.indexOf('?');
        return decoded(query < 0 ? uri : uri.substring(0, query))
                .flatMap(address -> of(address, limit));
    }

    private static long octets(String digits, String unit) {
        int shift = unit.isEmpty() ? 0 : 10 * ("kmgt".indexOf(unit) + 1);
        long number = Long.parseLong(digits);
        return number > Long.MAX_VALUE >> shift ? 0 : number << shift;
    }

    private static Optional<ReportUri> of(String address, long limit) {
        int at = address.lastIndexOf('@');
        if (at < 0 || !LOCAL.matcher(address.substring(0, at)).matches()) {
            return Optional.empty();
        }
        return DomainName.of(address.substring(at + 1))
                .filter(domain -> HOST.matcher(domain).matches())
                .map(domain -> new ReportUri(address.substring(0, at), domain, limit));
    }

    /** Without escapes (RFC 3986 section 2.1); absent when one is none. */
    private static Optional<String> decoded(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0x7E || c <= ' ') {
                return Optional.empty();
            }
            if (c != '%') {
                octets.write(c);
                continue;
            }
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
            if (low < 0) {
                return Optional.empty();
            }
            octets.write(high << 4 | low);
            i += 2;
        }
        return Optional.of(octets.toString(StandardCharsets.UTF_8));
    }

    /** Where mail goes. */
    public String address() {
        return local + "@" + domain;
    }

    /** Whether a mail of so many octets may be sent there. */
    public boolean takes(long octets) {
        return limit == 0 || octets <= limit;
    }
}
