package org.qpsmtpd.mailauth.signature;

import java.util.List;

/** Writes a field's value in lines of 78 characters where it can be folded. */
public final class FieldText {
    private static final String FOLD = "\r\n\t";
    private static final int WIDTH = 76;

    private final StringBuilder text = new StringBuilder();
    private int column;

    /**
     * Begins with nothing.
     *
     * @param name of the field, whose length counts
     */
    public FieldText(String name) {
        column = name.length() + 2;
    }

    /** Adds a tag; the next one is to follow. */
    public FieldText tag(String name, String value) {
        space(name.length() + 2 + value.length());
        return add(name + "=" + value + ";");
    }

    /** Adds a tag whose value is a list. */
    public FieldText list(String name, List<String> values) {
        space(name.length() + 1 + values.get(0).length());
        add(name + "=");
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i) + (i + 1 < values.size() ? ":" : ";");
            if (column + value.length() > WIDTH) {
                fold();
            }
            add(value);
        }
        return this;
    }

    /** Adds a tag without a value, at the end, on a line of its own. */
    public FieldText open(String name) {
        fold();
        return add(name + "=");
    }

    /** Adds to the value of the last tag, which may be folded anywhere, as base64 may. */
    public FieldText append(String value) {
        int at = 0;
        while (at < value.length()) {
            if (column >= WIDTH) {
                fold();
            }
            int end = Math.min(value.length(), at + WIDTH - column);
            add(value.substring(at, end));
            at = end;
        }
        return this;
    }

    private void space(int length) {
        if (text.length() > 0 && column + 1 + length > WIDTH) {
            fold();
        } else if (text.length() > 0) {
            add(" ");
        }
    }

    private void fold() {
        text.append(FOLD);
        column = 8;
    }

    private FieldText add(String more) {
        text.append(more);
        column += more.length();
        return this;
    }

    /** The value. */
    @Override
    public String toString() {
        return text.toString();
    }
}
