package org.qpsmtpd.plugin.dmarc.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lines of a name, a blank and a value, as entries of the store have them. */
final class Fields {
    private static final int LONGEST = 512;
    private static final int MOST = 10;

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    static Fields parse(String text) {
        Fields fields = new Fields();
        text.lines()
                .forEach(
                        line -> {
                            int blank = line.indexOf(' ');
                            if (blank > 0) {
                                fields.put(line.substring(0, blank), line.substring(blank + 1));
                            }
                        });
        return fields;
    }

    /** Adds a line; what is empty is left out. */
    Fields with(String name, Object value) {
        String text = clean(String.valueOf(value));
        if (!text.isEmpty()) {
            put(name, text.length() <= LONGEST ? text : text.substring(0, LONGEST));
        }
        return this;
    }

    /** Adds a line for each of the values, which have commas between them; ten at most. */
    Fields withAll(String name, String list) {
        for (String value : list.split(",", MOST + 1)) {
            with(name, all(name).size() < MOST ? value : "");
        }
        return this;
    }

    private void put(String name, String value) {
        values.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value);
    }

    static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", " ").strip();
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** Empty when it is not there. */
    String get(String name) {
        return all(name).stream().findFirst().orElse("");
    }

    /** 0 when it is not there, or no number. */
    long number(String name) {
        String digits = get(name);
        return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        values.forEach(
                (name, all) ->
                        all.forEach(
                                value -> text.append(name).append(' ').append(value).append('\n')));
        return text.toString();
    }
}
