package org.qpsmtpd.plugin.rcptsql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.mail.Address;

/**
 * A query with names for the parts of an address, which reach the database as values of a prepared
 * statement and never as a part of its text.
 *
 * @param sql the query with a question mark for each name
 * @param names what each question mark stands for, in order
 */
record NamedQuery(String sql, List<Name> names) {
    /** A text in quotation marks, a cast of PostgreSQL's, or a name. */
    private static final Pattern PART =
            Pattern.compile("'[^']*'|\"[^\"]*\"|`[^`]*`|::|:([A-Za-z_][A-Za-z_0-9]*)");

    /** What a query can ask for. */
    enum Name {
        ADDRESS,
        USER,
        DOMAIN;

        private static Name of(String word) {
            return switch (word) {
                case "address" -> ADDRESS;
                case "user" -> USER;
                case "domain" -> DOMAIN;
                default ->
                        throw new IllegalArgumentException(
                                "query: ':" + word + "' is not one of :address, :user, :domain");
            };
        }
    }

    /**
     * Reads the option {@code query}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static NamedQuery parse(String text) {
        List<Name> names = new ArrayList<>();
        Matcher part = PART.matcher(text);
        StringBuilder sql = new StringBuilder();
        while (part.find()) {
            boolean isName = part.group(1) != null;
            if (isName) {
                names.add(Name.of(part.group(1)));
            }
            part.appendReplacement(sql, isName ? "?" : Matcher.quoteReplacement(part.group()));
        }
        part.appendTail(sql);
        if (!names.contains(Name.ADDRESS) && !names.contains(Name.USER)) {
            throw new IllegalArgumentException(
                    "query '" + text + "' has neither :address nor :user, the recipient");
        }
        return new NamedQuery(sql.toString(), List.copyOf(names));
    }

    /** Sets the values of a statement made of the query. */
    void fill(PreparedStatement statement, Address address) throws SQLException {
        for (int at = 0; at < names.size(); at++) {
            String value =
                    switch (names.get(at)) {
                        case ADDRESS -> address.comparable();
                        case USER -> address.comparableUser();
                        case DOMAIN -> address.comparableHost();
                    };
            statement.setString(at + 1, value);
        }
    }
}
