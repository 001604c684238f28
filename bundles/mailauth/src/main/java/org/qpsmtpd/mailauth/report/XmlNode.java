package org.qpsmtpd.mailauth.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** An element of a report, with what is in it. */
final class XmlNode {
    private static final XmlNode NONE = new XmlNode("");

    private final String name;
    private final StringBuilder text = new StringBuilder();
    private final List<XmlNode> children = new ArrayList<>();

    XmlNode(String name) {
        this.name = name;
    }

    void add(XmlNode child) {
        children.add(child);
    }

    void add(char[] characters, int from, int count) {
        text.append(characters, from, count);
    }

    /** Its text without blanks around it, each other control character being a blank. */
    String text() {
        return text.toString().replaceAll("\\p{Cntrl}", " ").strip();
    }

    Stream<XmlNode> all(String child) {
        return children.stream().filter(node -> node.name.equals(child));
    }

    XmlNode get(String child) {
        return all(child).findFirst().orElse(NONE);
    }

    String text(String child) {
        return get(child).text();
    }

    /** A word, which is compared in lower case. */
    String word(String child) {
        return text(child).toLowerCase(Locale.ROOT);
    }
}
