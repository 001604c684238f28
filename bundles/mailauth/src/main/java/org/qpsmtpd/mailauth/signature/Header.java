package org.qpsmtpd.mailauth.signature;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message's header as its octets are. Immutable. */
public final class Header {
    private final List<Field> fields;
    private final Map<String, List<Field>> byName = new HashMap<>();

    private Header(List<Field> fields) {
        this.fields = Collections.unmodifiableList(fields);
        for (Field field : fields) {
            byName.computeIfAbsent(field.name(), name -> new ArrayList<>(1)).add(field);
        }
    }

    /**
     * A header of these fields.
     *
     * @param fields octets of each, in order: name, colon and value with all blanks and folds, CRLF
     *     at the end. Not copied, not to be changed. What has no colon is left out
     */
    public static Header of(List<byte[]> fields) {
        List<Field> read = new ArrayList<>(fields.size());
        for (byte[] octets : fields) {
            Field field = new Field(octets);
            if (field.isField()) {
                read.add(field);
            }
        }
        return new Header(read);
    }

    /** All fields, in order. */
    public List<Field> fields() {
        return fields;
    }

    /** The fields of a name, in order; the name in lower case. */
    public List<Field> all(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /**
     * The fields that a signature covers (RFC 6376 section 5.4.2): for each time a name is listed
     * another one, from the bottom up. A name without a field left stands for nothing.
     *
     * @param names in lower case
     * @param own the field of the signature, which it does not cover so
     */
    public List<Field> select(List<String> names, Field own) {
        Map<String, BottomUp> left = new HashMap<>();
        List<Field> chosen = new ArrayList<>(names.size());
        for (String name : names) {
            Field next = left.computeIfAbsent(name, any -> new BottomUp(all(any), own)).next();
            if (next != null) {
                chosen.add(next);
            }
        }
        return chosen;
    }

    private static final class BottomUp {
        private final List<Field> fields;
        private final Field own;
        private int left;

        BottomUp(List<Field> fields, Field own) {
            this.fields = fields;
            this.own = own;
            left = fields.size();
        }

        @Nullable Field next() {
            while (left > 0) {
                left--;
                Field field = fields.get(left);
                if (field != own) { // that very one, not one that reads the same
                    return field;
                }
            }
            return null;
        }
    }
}
