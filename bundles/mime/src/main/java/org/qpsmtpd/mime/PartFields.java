package org.qpsmtpd.mime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.util.ByteSequence;

/** The header of a part. */
record PartFields(List<Field> fields) {
    /** The bodies of all fields of a name, unfolded, as they stand. */
    List<String> all(String name) {
        List<String> bodies = new ArrayList<>();
        for (Field field : fields) {
            if (field.getName().equalsIgnoreCase(name)) {
                bodies.add(body(field).replaceAll("[\r\n]", ""));
            }
        }
        return bodies;
    }

    /** Its octets, a character each: mime4j guesses a charset. */
    private static String body(Field field) {
        ByteSequence raw = field.getRaw();
        if (raw == null) {
            return field.getBody();
        }
        String whole = new String(raw.toByteArray(), StandardCharsets.ISO_8859_1);
        return whole.substring(whole.indexOf(':') + 1);
    }

    Optional<String> first(String name) {
        return all(name).stream().findFirst().map(String::trim);
    }

    /** The word before the parameters of the first field of a name; empty without. */
    String value(String name) {
        String body = first(name).orElse("");
        int end = body.indexOf(';');
        String value = end < 0 ? body : body.substring(0, end);
        return value.trim().toLowerCase(Locale.ROOT);
    }
}
