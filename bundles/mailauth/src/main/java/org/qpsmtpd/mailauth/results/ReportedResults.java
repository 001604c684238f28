package org.qpsmtpd.mailauth.results;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a server says of a message in a field Authentication-Results. Whoever can write into the
 * message can write such a field: it is worth what its way is worth.
 *
 * <p>Source: RFC 8601 section 2.2.
 *
 * @param server its name, in lower case
 * @param results in order
 */
public record ReportedResults(String server, List<Result> results) {
    private static final int MOST_RESULTS = 100;
    private static final int MOST_PROPERTIES = 30;

    /** Keeps copies. */
    public ReportedResults {
        results = List.copyOf(results);
    }

    /**
     * What one method found.
     *
     * @param method in lower case
     * @param word the result, in lower case
     * @param properties by their types and names, such as {@code header.d}, in lower case; of
     *     several of one name the first
     */
    public record Result(String method, String word, Map<String, String> properties) {
        /** Keeps copies. */
        public Result {
            properties = Map.copyOf(properties);
        }
    }

    /**
     * Reads the value of a field.
     *
     * @param value with folds; one character for each octet
     * @return absent when it keeps not to the grammar, or has more than a hundred results
     */
    public static Optional<ReportedResults> parse(String value) {
        Lexer text = new Lexer(value);
        try {
            String server = text.value().toLowerCase(Locale.ROOT);
            if (!text.isAt(';') && !text.isAtEnd()) {
                text.version();
            }
            List<Result> results = new ArrayList<>();
            while (text.take(';')) {
                String method = text.keyword();
                if (text.isAtEnd() && results.isEmpty() && method.equals("none")) {
                    return Optional.of(new ReportedResults(server, List.of()));
                }
                results.add(result(method, text));
                if (results.size() > MOST_RESULTS) {
                    return Optional.empty();
                }
            }
            return text.isAtEnd()
                    ? Optional.of(new ReportedResults(server, results))
                    : Optional.empty();
        } catch (Malformed e) {
            return Optional.empty();
        }
    }

    private static Result result(String method, Lexer text) throws Malformed {
        if (text.take('/')) {
            text.version();
        }
        text.require('=');
        String word = text.keyword();
        Map<String, String> properties = new HashMap<>();
        while (!text.isAt(';') && !text.isAtEnd()) {
            String name = text.keyword();
            if (text.take('.')) {
                name += "." + text.keyword();
            } else if (!name.equals("reason")) {
                throw new Malformed();
            }
            text.require('=');
            properties.putIfAbsent(name, text.value());
            if (properties.size() > MOST_PROPERTIES) {
                throw new Malformed();
            }
        }
        return new Result(method, word, properties);
    }

    /** The results of a method, in order. */
    public List<Result> of(String method) {
        return results.stream().filter(result -> result.method().equals(method)).toList();
    }
}
