package org.qpsmtpd.plugin.contentrules;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.api.content.EncodedWords;
import org.qpsmtpd.api.content.HtmlText;
import org.qpsmtpd.api.content.RuleFindings;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.service.MimePart;

/** One message before the rules, each of which counts once. */
final class Scan {
    private final List<Rule> rules;
    private final RuleFindings findings;
    private final Set<Rule> done = new HashSet<>();
    private int charactersLeft;
    private boolean isCut;

    /**
     * @param most how many characters of text are looked at, and how many octets of the body
     */
    Scan(List<Rule> rules, RuleFindings findings, int most) {
        this.rules = rules;
        this.findings = findings;
        charactersLeft = most;
    }

    /** Whether a rule looks there. */
    boolean wants(Rule.Place... places) {
        return rules.stream().anyMatch(rule -> List.of(places).contains(rule.place()));
    }

    /** Whether there was more of a message than may be looked at. */
    boolean isCut() {
        return isCut;
    }

    /** Looks at the header: values as they are written, and as a reader sees them. */
    void header(List<HeaderField> fields) {
        for (HeaderField field : fields) {
            String name = field.name();
            String value = field.unfolded();
            header(name, value);
            String shown = EncodedWords.decode(value);
            if (!shown.equals(value)) {
                header(name, shown);
            }
        }
    }

    private void header(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (Rule rule : rules) {
            if (rule.field().equals(lower)) {
                ask(rule, value, name);
            } else if (rule.field().equals("*")) {
                ask(rule, name + ": " + value, name);
            }
        }
    }

    /** Looks at a part: the names it has, and its content when that is text. */
    void part(MimePart part) throws IOException {
        for (String name : part.fileNames()) {
            ask(Rule.Place.NAME, name, name);
        }
        if (part.isContainer() || !part.type().startsWith("text/")) {
            return;
        }
        if (!wants(Rule.Place.TEXT, Rule.Place.HTML)) {
            return;
        }
        String text = read(part);
        if (part.type().equals("text/html")) {
            ask(Rule.Place.HTML, text, "HTML");
            ask(Rule.Place.TEXT, HtmlText.of(text).text(), "text");
        } else {
            ask(Rule.Place.TEXT, text, "text");
        }
    }

    private String read(MimePart part) throws IOException {
        StringBuilder text = new StringBuilder();
        char[] piece = new char[8192];
        try (Reader reader = part.text()) {
            int count = reader.read(piece);
            while (count > 0 && charactersLeft > 0) {
                int taken = Math.min(count, charactersLeft);
                text.append(piece, 0, taken);
                charactersLeft -= taken;
                isCut |= taken < count;
                count = reader.read(piece);
            }
            isCut |= count > 0;
        }
        return text.toString();
    }

    /** Looks at what follows the header, octets beyond ASCII as Latin-1. */
    void body(InputStream body, int most) throws IOException {
        byte[] octets = body.readNBytes(most);
        isCut |= octets.length == most && body.read() >= 0;
        ask(Rule.Place.BODY, new String(octets, StandardCharsets.ISO_8859_1), "body");
    }

    private void ask(Rule.Place place, String text, String what) {
        for (Rule rule : rules) {
            if (rule.place() == place) {
                ask(rule, text, what);
            }
        }
    }

    private void ask(Rule rule, String text, String what) {
        if (!done.contains(rule) && rule.test().test(text)) {
            done.add(rule);
            findings.add(rule.action(), rule.written(), what);
        }
    }
}
