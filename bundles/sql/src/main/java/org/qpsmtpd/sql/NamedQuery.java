package org.qpsmtpd.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.qpsmtpd.api.mail.Address;

/**
 * A query with names for values, such as {@code :address}, which reach the database as values of a
 * prepared statement and never as a part of its text.
 *
 * @param sql the query with a question mark for each name
 * @param names what each question mark stands for, in order
 */
public record NamedQuery(String sql, List<String> names) {
    /** A text in quotation marks, a cast of PostgreSQL's, or a name. */
    private static final Pattern PART =
            Pattern.compile("'[^']*'|\"[^\"]*\"|`[^`]*`|::|:([A-Za-z_][A-Za-z_0-9]*)");

    /** Copies the list. */
    public NamedQuery {
        names = List.copyOf(names);
    }

    /**
     * Reads a query.
     *
     * @param option its name, for messages
     * @param allowed the names that it may have, without colon
     * @throws IllegalArgumentException for another name
     */
    public static NamedQuery parse(String option, String text, List<String> allowed) {
        List<String> names = new ArrayList<>();
        Matcher part = PART.matcher(text);
        StringBuilder sql = new StringBuilder();
        while (part.find()) {
            String name = part.group(1);
            if (name != null && !allowed.contains(name)) {
                throw new IllegalArgumentException(
                        option + ": ':" + name + "' is not one of " + shown(allowed));
            }
            if (name != null) {
                names.add(name);
            }
            part.appendReplacement(
                    sql, name != null ? "?" : Matcher.quoteReplacement(part.group()));
        }
        part.appendTail(sql);
        return new NamedQuery(sql.toString(), names);
    }

    private static String shown(List<String> names) {
        return names.stream().map(name -> ":" + name).collect(Collectors.joining(", "));
    }

    /**
     * Reads a query for a recipient: {@code :address}, {@code :user} and {@code :domain}.
     *
     * @throws IllegalArgumentException for another name, or when neither of the first two is there
     */
    public static NamedQuery ofAddress(String option, String text) {
        NamedQuery query = parse(option, text, List.of("address", "user", "domain"));
        if (!query.names.contains("address") && !query.names.contains("user")) {
            throw new IllegalArgumentException(
                    option + " '" + text + "' has neither :address nor :user, the recipient");
        }
        return query;
    }

    /** The values of such a query, in lower case. */
    public static Map<String, String> values(Address address) {
        return Map.of(
                "address",
                address.comparable(),
                "user",
                address.comparableUser(),
                "domain",
                address.comparableHost());
    }
}
