package org.qpsmtpd.plugin.attachments;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qpsmtpd.api.content.RuleAction;
import org.qpsmtpd.api.content.RuleFindings;

/** Asks the rules about names and types; of each the first rule that means it counts. */
final class Judge {
    private static final int LONGEST = 1000;

    private final List<Rule> rules;
    private final RuleFindings findings;
    private final Set<String> known = new HashSet<>();

    Judge(List<Rule> rules, RuleFindings findings) {
        this.rules = rules;
        this.findings = findings;
    }

    /** A name that somebody may be shown, maybe with folders before it. */
    void name(String name) {
        String end = name.substring(Math.max(0, name.length() - LONGEST));
        shown(end);
        // Windows takes what follows a colon for something else, and C what follows a zero.
        shown(upTo(end, end.indexOf(':', 2)));
        shown(upTo(end, end.indexOf('\0')));
    }

    private static String upTo(String name, int end) {
        return end < 0 ? "" : name.substring(0, end);
    }

    private void shown(String name) {
        int end = name.length();
        // Windows leaves these out.
        while (end > 0 && (name.charAt(end - 1) == '.' || name.charAt(end - 1) <= ' ')) {
            end--;
        }
        int folder = Math.max(name.lastIndexOf('/', end - 1), name.lastIndexOf('\\', end - 1));
        ask(Rule.About.NAME, name.substring(folder + 1, end));
        if (folder >= 0) {
            ask(Rule.About.NAME, name.substring(0, end));
        }
    }

    /** A type that a part says it has, or that its content has. */
    void type(String type) {
        ask(Rule.About.TYPE, type);
    }

    /** Something is encrypted. */
    void encrypted(String what) {
        ask(Rule.About.ENCRYPTED, what);
    }

    private void ask(Rule.About about, String value) {
        if (value.isEmpty() || !known.add(about + " " + value)) {
            return;
        }
        for (Rule rule : rules) {
            if (rule.isAbout(about, value)) {
                String what = about == Rule.About.ENCRYPTED ? "encrypted: " + value : value;
                if (rule.action().kind() != RuleAction.Kind.ACCEPT) {
                    findings.add(rule.action(), rule.written(), what);
                }
                return;
            }
        }
    }
}
