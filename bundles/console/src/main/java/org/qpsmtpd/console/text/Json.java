package org.qpsmtpd.console.text;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.utils.json.JSONWriter;
import org.jspecify.annotations.Nullable;

/** Values as JSON. */
public final class Json {
    private Json() {}

    /**
     * One document on one line, without line end. A record becomes an object with the names of its
     * components; a list an array; a map an object with its keys in order; numbers and booleans
     * stay; everything else, such as a point in time, becomes the string it calls itself.
     */
    public static String of(Object value) {
        StringWriter text = new StringWriter();
        try {
            new JSONWriter(text).value(plain(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter throws none
        }
        return text.toString();
    }

    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Record record) {
            return object(record);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Json::plain).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> sorted = new TreeMap<>();
            map.forEach((key, each) -> sorted.put(key.toString(), plain(each)));
            return sorted;
        }
        return value;
    }

    private static Map<String, @Nullable Object> object(Record value) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            try {
                object.put(component.getName(), plain(component.getAccessor().invoke(value)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(value.getClass() + " keeps its values", e);
            }
        }
        return object;
    }
}
