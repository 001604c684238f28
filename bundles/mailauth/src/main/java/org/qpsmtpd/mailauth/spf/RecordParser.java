package org.qpsmtpd.mailauth.spf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the terms of a record, each only once, so in time that grows as the record does. */
final class RecordParser {
    private static final String REDIRECT = "redirect";
    private static final String EXPLANATION = "exp";
    private static final int BITS = 32;
    private static final int BITS_IPV6 = 128;

    private final List<Directive> directives = new ArrayList<>();
    private @Nullable MacroText redirect;
    private @Nullable MacroText explanation;

    /** Reads a text that is a record ({@link SpfRecord#isRecord}), good or bad. */
    static SpfRecord read(String text) {
        try {
            return new RecordParser().parse(text.substring(SpfRecord.VERSION.length()));
        } catch (SpfSyntaxException e) {
            return new SpfRecord(List.of(), null, null, String.valueOf(e.getMessage()));
        }
    }

    SpfRecord parse(String terms) throws SpfSyntaxException {
        if (!terms.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new SpfSyntaxException("a record that is not printable ASCII:", terms);
        }
        int start = 0;
        for (int i = 0; i <= terms.length(); i++) {
            if (i == terms.length() || terms.charAt(i) == ' ') {
                if (i > start) {
                    term(terms.substring(start, i));
                }
                start = i + 1;
            }
        }
        return new SpfRecord(List.copyOf(directives), redirect, explanation, "");
    }

    private void term(String term) throws SpfSyntaxException {
        int equals = nameEnd(term);
        if (equals > 0) {
            modifier(term.substring(0, equals).toLowerCase(Locale.ROOT), term, equals + 1);
            return;
        }
        SpfResult result =
                switch (term.charAt(0)) {
                    case '-' -> SpfResult.FAIL;
                    case '~' -> SpfResult.SOFTFAIL;
                    case '?' -> SpfResult.NEUTRAL;
                    default -> SpfResult.PASS;
                };
        boolean isQualified = "+-~?".indexOf(term.charAt(0)) >= 0;
        Mechanism mechanism = mechanism(isQualified ? term.substring(1) : term);
        directives.add(new Directive(result, mechanism, term));
    }

    /** Where the = of a modifier is; 0 when the term is none. */
    private static int nameEnd(String term) {
        if (!Ascii.isLetter(term.charAt(0))) {
            return 0;
        }
        for (int i = 1; i < term.length(); i++) {
            char c = term.charAt(i);
            if (c == '=') {
                return i;
            }
            if (!Ascii.isLetterOrDigit(c) && "-_.".indexOf(c) < 0) {
                return 0;
            }
        }
        return 0;
    }

    private void modifier(String name, String term, int value) throws SpfSyntaxException {
        String text = term.substring(value);
        switch (name) {
            case REDIRECT -> redirect = once(redirect, text, term);
            case EXPLANATION -> explanation = once(explanation, text, term);
            default -> {
                var unused = MacroText.parse(text);
            }
        }
    }

    private static MacroText once(@Nullable MacroText former, String text, String term)
            throws SpfSyntaxException {
        if (former != null) {
            throw new SpfSyntaxException("a second modifier", term);
        }
        return MacroText.domain(text);
    }

    private static Mechanism mechanism(String term) throws SpfSyntaxException {
        int end = 0;
        while (end < term.length() && Ascii.isLetterOrDigit(term.charAt(end))) {
            end++;
        }
        String rest = term.substring(end);
        return switch (term.substring(0, end).toLowerCase(Locale.ROOT)) {
            case "all" -> all(rest, term);
            case "include" -> new IncludeMechanism(MacroText.domain(value(rest, term)));
            case "a" -> new HostMechanism(target(rest, term));
            case "mx" -> new ExchangerMechanism(target(rest, term));
            case "ptr" ->
                    new PointerMechanism(
                            rest.isEmpty() ? null : MacroText.domain(value(rest, term)));
            case "ip4" -> network(value(rest, term), BITS, term);
            case "ip6" -> network(value(rest, term), BITS_IPV6, term);
            case "exists" -> new ExistsMechanism(MacroText.domain(value(rest, term)));
            default -> throw new SpfSyntaxException("no term", term);
        };
    }

    private static Mechanism all(String rest, String term) throws SpfSyntaxException {
        if (!rest.isEmpty()) {
            throw new SpfSyntaxException("more than 'all' in", term);
        }
        return new AllMechanism();
    }

    /** What stands behind the colon. */
    private static String value(String rest, String term) throws SpfSyntaxException {
        if (rest.length() < 2 || rest.charAt(0) != ':') {
            throw new SpfSyntaxException("no value in", term);
        }
        return rest.substring(1);
    }

    private static Mechanism network(String text, int bits, String term) throws SpfSyntaxException {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        byte[] octets = bits == BITS ? Addresses.ipv4(address) : Addresses.ipv6(address);
        int prefix = slash < 0 ? bits : prefix(text, slash + 1, bits);
        if (octets == null || prefix < 0) {
            throw new SpfSyntaxException("no network in", term);
        }
        return new NetworkMechanism(octets, prefix);
    }

    /** Reads {@code [":" domain-spec] [dual-cidr-length]}. */
    private static Target target(String rest, String term) throws SpfSyntaxException {
        int end = rest.length();
        int digits = digitsBefore(rest, end);
        int six = BITS_IPV6;
        if (digits < end && digits > 1 && rest.startsWith("//", digits - 2)) {
            six = prefix(rest, digits, BITS_IPV6);
            end = digits - 2;
            digits = digitsBefore(rest, end);
        }
        int four = BITS;
        if (digits < end && digits > 0 && rest.charAt(digits - 1) == '/') {
            four = prefix(rest, digits, end, BITS);
            end = digits - 1;
        }
        if (four < 0 || six < 0) {
            throw new SpfSyntaxException("no such prefix length:", term);
        }
        MacroText domain = end == 0 ? null : MacroText.domain(value(rest.substring(0, end), term));
        return new Target(domain, four, six);
    }

    private static int digitsBefore(String text, int end) {
        int start = end;
        while (start > 0 && Ascii.isDigit(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private static int prefix(String text, int start, int most) {
        return prefix(text, start, text.length(), most);
    }

    private static int prefix(String text, int start, int end, int most) {
        return Addresses.number(text, start, end, most == BITS ? 2 : 3, most);
    }
}
