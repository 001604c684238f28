package org.qpsmtpd.api.session;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.mail.HeaderField;

/**
 * The header of the message in arrival: an ordered multimap. Fields that no plugin changed are
 * queued octet by octet as they came. A line that is neither a field nor the continuation of one
 * ends the header: it is the first line of the body.
 *
 * <p>Values that plugins give are cleaned: a line end stays only when a blank follows (folding);
 * other control characters are removed. Field names must be printable ASCII without a colon.
 */
@ProviderType
public interface Headers {
    /** All fields in order, but for those whose names hold octets beyond ASCII. */
    List<HeaderField> fields();

    /**
     * The octets of each of {@link #fields}, in the same order, as they will be queued: name, colon
     * and value with all blanks and folds, and the CRLF at the end. Copies; up to 256 KiB together.
     */
    List<byte[]> octets();

    /** The fields of that name in order, empty when there is none. */
    default List<HeaderField> all(String name) {
        return fields().stream().filter(f -> f.name().equalsIgnoreCase(name)).toList();
    }

    /** The first field of that name. */
    default Optional<HeaderField> first(String name) {
        return fields().stream().filter(f -> f.name().equalsIgnoreCase(name)).findFirst();
    }

    /**
     * The first word of the field Message-Id, as far as a reply may show it: printable ASCII, at
     * most 200 characters; empty when there is none.
     */
    default String messageId() {
        String value = first("Message-Id").map(HeaderField::unfolded).orElse("");
        int end = 0;
        while (end < Math.min(value.length(), 200)
                && value.charAt(end) > ' '
                && value.charAt(end) < 127) {
            end++;
        }
        return value.substring(0, end);
    }

    /** How many fields of that name there are. */
    default int count(String name) {
        return all(name).size();
    }

    /** Adds a field at the end of the header. */
    void append(String name, String value);

    /** Adds a field on top. */
    void prepend(String name, String value);

    /**
     * Adds a field between others.
     *
     * @param index its place in {@link #fields} afterwards: 0 is on top, the number of fields is at
     *     the end
     * @throws IndexOutOfBoundsException when there are fewer fields
     */
    void insert(int index, String name, String value);

    /**
     * Removes one field.
     *
     * @param occurrence which of {@link #all}, from 0
     * @throws IndexOutOfBoundsException when there is no such field
     */
    void remove(String name, int occurrence);

    /**
     * Puts a field in the place of another one of its name.
     *
     * @param occurrence which of {@link #all}, from 0
     * @throws IndexOutOfBoundsException when there is no such field
     */
    void replace(String name, int occurrence, String value);

    /** Removes all fields of that name and returns how many there were. */
    int remove(String name);

    /**
     * Puts a field in the place of the first one of that name, and removes the others of the name.
     * Without any it is added at the end.
     */
    void replace(String name, String value);
}
