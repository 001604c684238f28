package org.qpsmtpd.plugin.auth.authsql;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.qpsmtpd.sql.Database;
import org.qpsmtpd.sql.DatabaseException;
import org.qpsmtpd.sql.NamedQuery;
import org.qpsmtpd.sql.Row;

/** The users of a database. Waits, for a bounded time. */
final class Accounts implements AutoCloseable {
    private final Source source;
    private final NamedQuery query;
    private final Database database;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    Accounts(Source source) {
        this.source = source;
        query = NamedQuery.ofAddress("query", source.query());
        database = new Database("auth_sql", source.settings());
    }

    Source source() {
        return source;
    }

    /**
     * Looks for a user; one with two rows is none.
     *
     * @param name as the client gave it
     * @throws DatabaseException when the database cannot be asked, or does not answer the query
     */
    Optional<Account> find(String name) throws DatabaseException {
        String lower = name.toLowerCase(Locale.ROOT);
        int at = lower.lastIndexOf('@');
        if (at < 0 && source.isVpopmail()) {
            return Optional.empty();
        }
        Map<String, String> values =
                Map.of(
                        "address",
                        lower,
                        "user",
                        at < 0 ? lower : lower.substring(0, at),
                        "domain",
                        at < 0 ? "" : lower.substring(at + 1));
        List<Row> rows = database.rows(query, values, 2);
        return rows.size() == 1
                ? Optional.of(Account.of(rows.get(0), source.isVpopmail()))
                : Optional.empty();
    }

    @Override
    public void close() {
        database.close();
    }
}
