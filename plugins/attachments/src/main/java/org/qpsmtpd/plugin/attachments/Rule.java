package org.qpsmtpd.plugin.attachments;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.qpsmtpd.api.content.RuleAction;
import org.qpsmtpd.api.content.RuleLine;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.service.Patterns;

/**
 * A line of the file {@code attachments}: {@code name PATTERN ACTION [TEXT]}, {@code type PATTERN
 * ACTION [TEXT]} or {@code encrypted ACTION [TEXT]}.
 *
 * @param about what it looks at
 * @param test whether it means a name or type
 * @param action what it does
 * @param written where it looks and what for, as it is written
 */
record Rule(About about, Predicate<String> test, RuleAction action, String written) {
    /** What a rule looks at. */
    enum About {
        NAME,
        TYPE,
        ENCRYPTED
    }

    /** Endings of what a click runs. */
    private static final List<String> ENDINGS =
            List.of(
                    "ade",
                    "adp",
                    "apk",
                    "appx",
                    "appxbundle",
                    "application",
                    "appref-ms",
                    "bat",
                    "chm",
                    "cmd",
                    "com",
                    "cpl",
                    "diagcab",
                    "dll",
                    "exe",
                    "gadget",
                    "hlp",
                    "hta",
                    "inf",
                    "ins",
                    "isp",
                    "jar",
                    "jnlp",
                    "js",
                    "jse",
                    "library-ms",
                    "lnk",
                    "mde",
                    "mjs",
                    "msc",
                    "msh",
                    "msi",
                    "msix",
                    "msixbundle",
                    "msp",
                    "mst",
                    "ocx",
                    "pif",
                    "ps1",
                    "ps1xml",
                    "psc1",
                    "psm1",
                    "reg",
                    "scf",
                    "scr",
                    "sct",
                    "search-ms",
                    "settingcontent-ms",
                    "shb",
                    "shs",
                    "sys",
                    "vb",
                    "vbe",
                    "vbs",
                    "vxd",
                    "wsc",
                    "wsf",
                    "wsh",
                    "xll");

    private static final List<String> TYPES =
            List.of(
                    Magic.PROGRAM,
                    "application/x-elf",
                    "application/x-mach-binary",
                    "application/x-ms-shortcut");

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Rule parse(String text, Patterns patterns) {
        RuleLine line = new RuleLine(text);
        About about = Choice.of(About.class, "place", line.word("place such as name"));
        Predicate<String> test =
                about == About.ENCRYPTED ? any -> true : line.pattern(patterns, true);
        String written = line.read();
        RuleAction action = RuleAction.parse(line);
        if (action.kind() == RuleAction.Kind.SCORE) {
            throw new IllegalArgumentException("'" + text + "': attachments have no scores");
        }
        return new Rule(about, test, action, written);
    }

    /** The rules that are built in. */
    static List<Rule> defaults(Patterns patterns) {
        List<Rule> rules = new ArrayList<>();
        String endings = String.join("|", ENDINGS);
        rules.add(
                parse("name /\\.(" + endings + ")\\z/ deny", patterns)
                        .called("an executable ending"));
        for (String type : TYPES) {
            rules.add(parse("type " + type + " deny", patterns));
        }
        return List.copyOf(rules);
    }

    private Rule called(String name) {
        return new Rule(about, test, action, name);
    }

    boolean isAbout(About what, String value) {
        return about == what && test.test(value.toLowerCase(Locale.ROOT));
    }
}
