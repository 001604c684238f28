package org.qpsmtpd.api.filter;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.Transaction;

/**
 * The header as a filter sees it: without the trace fields that this server has put on top, which
 * filters do not expect, and in which places are counted.
 */
public final class ShownHeader {
    private final Headers headers;

    /** For each field whether it is shown. */
    private final List<Boolean> shown = new ArrayList<>();

    private ShownHeader(Headers headers) {
        this.headers = headers;
    }

    static ShownHeader of(Transaction transaction) {
        ShownHeader header = new ShownHeader(transaction.headers());
        List<HeaderField> fields = transaction.headers().fields();
        int ours = ours(fields, transaction.id());
        for (int i = 0; i < fields.size(); i++) {
            boolean isResult =
                    i == ours - 1 && fields.get(i).name().equals("Authentication-Results");
            header.shown.add(i != ours && !isResult);
        }
        return header;
    }

    /** Where the first Received field is, when it has the transaction's name; else below 0. */
    private static int ours(List<HeaderField> fields, String id) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equalsIgnoreCase("Received")) {
                return (fields.get(i).unfolded() + " ").contains(" id " + id) ? i : -1;
            }
        }
        return -1;
    }

    /** The fields that are shown, as they will be queued, with their line ends. */
    public List<byte[]> octets() {
        return octets(true);
    }

    /** The trace fields that are not shown, likewise. */
    public List<byte[]> hiddenOctets() {
        return octets(false);
    }

    private List<byte[]> octets(boolean wanted) {
        List<byte[]> all = headers.octets();
        List<byte[]> some = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (shown.get(i) == wanted) {
                some.add(all.get(i));
            }
        }
        return some;
    }

    /** Adds a field at the end. */
    public void add(String name, String value) {
        headers.append(name, value);
        shown.add(true);
    }

    /**
     * Puts a field between others.
     *
     * @param place how many of those that are shown stand before it; any larger number: at the end
     */
    public void insert(int place, String name, String value) {
        int before = 0;
        int index = 0;
        while (index < shown.size() && (before < place || !shown.get(index))) {
            before += shown.get(index) ? 1 : 0;
            index++;
        }
        headers.insert(index, name, value);
        shown.add(index, true);
    }

    /**
     * Puts a value in the place of another, or takes the field away where the value is empty. Where
     * there is no such field it is added.
     *
     * @param number which of those of the name that are shown, from 1
     */
    public void change(String name, int number, String value) {
        List<HeaderField> fields = headers.fields();
        int seen = 0;
        int occurrence = -1;
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equalsIgnoreCase(name)) {
                occurrence++;
                seen += shown.get(i) ? 1 : 0;
                if (shown.get(i) && seen == Math.max(1, number)) {
                    change(name, occurrence, i, value);
                    return;
                }
            }
        }
        if (!value.isEmpty()) {
            add(name, value);
        }
    }

    private void change(String name, int occurrence, int index, String value) {
        if (value.isEmpty()) {
            headers.remove(name, occurrence);
            shown.remove(index);
        } else {
            headers.replace(name, occurrence, value);
        }
    }
}
