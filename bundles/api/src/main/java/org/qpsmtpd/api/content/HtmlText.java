package org.qpsmtpd.api.content;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A page of HTML as a reader meets it: the text without tags, and what its attributes lead to.
 * Takes any text, as browsers do; linear in the page.
 */
public final class HtmlText {
    private static final Set<String> LINKS =
            Set.of(
                    "href",
                    "src",
                    "srcset",
                    "action",
                    "formaction",
                    "background",
                    "data",
                    "poster",
                    "cite",
                    "longdesc",
                    "content",
                    "style",
                    "xlink:href");

    /** Elements within a line: their tags do not part words. */
    private static final Set<String> INLINE =
            Set.of(
                    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn",
                    "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "span",
                    "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr");

    private static final int MOST_LINKS = 10_000;

    private final String html;
    private final StringBuilder text = new StringBuilder();
    private final List<String> links = new ArrayList<>();
    private int at;

    /** What was once looked for up to the end, and will not be found behind that. */
    private final Set<String> missing = new HashSet<>();

    private HtmlText(String html) {
        this.html = html;
    }

    /** Reads a page. */
    public static HtmlText of(String html) {
        HtmlText page = new HtmlText(html);
        page.read();
        return page;
    }

    /** A text that is no page, with the characters read that it writes as HTML does. */
    public static String unescape(String text) {
        return Entities.decode(text);
    }

    /**
     * What is shown, entities read; a line end for each tag that is not within a line. Comments,
     * scripts and style sheets are not in it.
     */
    public String text() {
        return Entities.decode(text.toString());
    }

    /**
     * Values of attributes that hold addresses, such as {@code href}, in order and entities read;
     * the first ten thousand.
     */
    public List<String> links() {
        return List.copyOf(links);
    }

    private void read() {
        while (at < html.length()) {
            int tag = html.indexOf('<', at);
            if (tag < 0 || tag + 1 >= html.length()) {
                text.append(html, at, html.length());
                return;
            }
            text.append(html, at, tag);
            at = tag;
            char next = html.charAt(tag + 1);
            if (html.startsWith("<!--", tag)) {
                comment();
            } else if (isLetter(next) || next == '/' || next == '!' || next == '?') {
                tag();
            } else {
                text.append('<');
                at++;
            }
        }
    }

    /** A comment is left out; of one that some readers show, and of one without end, the mark. */
    private void comment() {
        if (html.startsWith("<!--[", at)) {
            int end = find("]");
            at = end < 0 ? at + 4 : end + 1;
            at += at < html.length() && html.charAt(at) == '>' ? 1 : 0;
            return;
        }
        int end = find("-->");
        at = end < 0 ? at + 4 : end + 3;
    }

    private void tag() {
        at++;
        boolean isEnd = html.charAt(at) == '/';
        String name = word(isEnd ? at + 1 : at);
        at = skipName(isEnd ? at + 1 : at);
        while (at < html.length() && html.charAt(at) != '>') {
            attribute();
        }
        at = Math.min(at + 1, html.length());
        if (!INLINE.contains(name)) {
            text.append('\n');
        }
        if (!isEnd && (name.equals("script") || name.equals("style"))) {
            skipContent(name);
        }
    }

    private void skipContent(String name) {
        int end = missing.contains(name) ? -1 : endOfElement(name);
        if (end < 0) {
            missing.add(name);
            return;
        }
        at = end;
    }

    private int endOfElement(String name) {
        for (int i = html.indexOf("</", at); i >= 0; i = html.indexOf("</", i + 2)) {
            if (html.regionMatches(true, i + 2, name, 0, name.length())) {
                return i;
            }
        }
        return -1;
    }

    private void attribute() {
        char c = html.charAt(at);
        if (c <= ' ' || c == '/' || c == '=' || c == '"' || c == '\'') {
            at++;
            return;
        }
        String name = word(at);
        at = skipName(at);
        int value = skipBlanks(at);
        if (value >= html.length() || html.charAt(value) != '=') {
            return;
        }
        at = skipBlanks(value + 1);
        String written = value();
        if (LINKS.contains(name) && links.size() < MOST_LINKS) {
            links.add(Entities.decode(written));
        }
    }

    private String value() {
        char quote = at < html.length() ? html.charAt(at) : ' ';
        if (quote == '"' || quote == '\'') {
            int start = ++at;
            int end = find(String.valueOf(quote));
            if (end >= 0) {
                at = end + 1;
                return html.substring(start, end);
            }
        }
        int start = at;
        while (at < html.length() && html.charAt(at) > ' ' && html.charAt(at) != '>') {
            at++;
        }
        return html.substring(start, at);
    }

    /** The next place of a mark; looked for no more once there is none. */
    private int find(String mark) {
        int place = missing.contains(mark) ? -1 : html.indexOf(mark, at);
        if (place < 0) {
            missing.add(mark);
        }
        return place;
    }

    private String word(int start) {
        int end = Math.min(skipName(start), start + 32);
        return html.substring(start, end).toLowerCase(Locale.ROOT);
    }

    private int skipName(int start) {
        int end = start;
        while (end < html.length()) {
            char c = html.charAt(end);
            boolean ends = c <= ' ' || c == '>' || c == '=' || c == '/' || c == '"' || c == '\'';
            if (ends) {
                break;
            }
            end++;
        }
        return end;
    }

    private int skipBlanks(int start) {
        int end = start;
        while (end < html.length() && html.charAt(end) <= ' ') {
            end++;
        }
        return end;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
