package org.qpsmtpd.mailauth.author;

/**
 * Reads the addresses of one field in one pass. Display names, the names of groups and comments are
 * left out. Brackets and quotes that are never closed are letters like others.
 */
final class MailboxReader {
    private static final char BLANK = ' ';

    /** Stands for what is quoted. */
    private static final char QUOTED = '"';

    private final String text;
    private final Found found = new Found();
    private final StringBuilder outside = new StringBuilder();
    private final StringBuilder inside = new StringBuilder();
    private boolean isInside;
    private boolean hasAngle;
    private boolean hasOpenQuote;
    private boolean hasOpenComment;
    private boolean hasOpenLiteral;
    private int at;

    MailboxReader(String text) {
        this.text = text;
    }

    Found read() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (!skip(c)) {
                take(c);
            }
        }
        if (isInside) {
            closeAngle();
        }
        endMailbox();
        return found;
    }

    /** Skips a comment, a quoted string, a quoted character or an address in brackets. */
    private boolean skip(char c) {
        return switch (c) {
            case '(' -> skipTo(hasOpenComment ? -1 : commentEnd(), BLANK);
            case '"' -> skipTo(hasOpenQuote ? -1 : quoteEnd(), QUOTED);
            case '\\' -> skipTo(Math.min(at + 1, text.length()), QUOTED);
            case '[' -> isBehindAt() && addLiteral();
            default -> false;
        };
    }

    private boolean skipTo(int end, char instead) {
        if (end < 0) {
            return false;
        }
        current().append(instead);
        at = end;
        return true;
    }

    private StringBuilder current() {
        return isInside ? inside : outside;
    }

    private int commentEnd() {
        int depth = 1;
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                continue;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
        }
        hasOpenComment = true;
        return -1;
    }

    private int quoteEnd() {
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        hasOpenQuote = true;
        return -1;
    }

    private boolean isBehindAt() {
        StringBuilder before = current();
        int last = before.length() - 1;
        while (last >= 0 && AddressText.isBlank(before.charAt(last))) {
            last--;
        }
        return last >= 0 && before.charAt(last) == '@';
    }

    private boolean addLiteral() {
        int close = hasOpenLiteral ? -1 : text.indexOf(']', at);
        if (close < 0) {
            hasOpenLiteral = true;
            return false;
        }
        current().append(text, at - 1, close + 1);
        at = close + 1;
        return true;
    }

    private void take(char c) {
        switch (c) {
            case '<' -> openAngle();
            case '>' -> closeAngle();
            default -> {
                if (isInside || !isSeparator(c)) {
                    current().append(c);
                }
            }
        }
    }

    /** Whether a character ends a mailbox, or a group's name; then that is done. */
    private boolean isSeparator(char c) {
        if (c == ':') {
            beginGroup();
            return true;
        }
        if (c == ',' || c == ';') {
            endMailbox();
            return true;
        }
        return false;
    }

    private void openAngle() {
        if (isInside) {
            AddressText.addAll(inside, found); // one that was not closed
        } else if (hasAngle) {
            AddressText.addAll(outside, found);
        }
        inside.setLength(0);
        outside.setLength(0);
        isInside = true;
        hasAngle = true;
    }

    private void closeAngle() {
        if (!isInside) {
            return;
        }
        String address = AddressText.withoutRoute(inside);
        if (AddressText.addAll(address, found) == 0) {
            found.broken();
        }
        inside.setLength(0);
        isInside = false;
    }

    /** The name of a group is no address, unless it looks like one. */
    private void beginGroup() {
        AddressText.addAll(outside, found);
        outside.setLength(0);
        found.group();
    }

    private void endMailbox() {
        int addresses = AddressText.addAll(outside, found);
        if (addresses == 0 && !hasAngle && !AddressText.isBlank(outside)) {
            found.words();
        }
        outside.setLength(0);
        hasAngle = false;
    }
}
