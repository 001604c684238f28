package org.qpsmtpd.plugin.rcptsql;

import java.util.List;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.sql.Database;
import org.qpsmtpd.sql.DatabaseException;
import org.qpsmtpd.sql.DatabaseSettings;
import org.qpsmtpd.sql.NamedQuery;
import org.qpsmtpd.sql.Row;

/** The mailboxes of a database. Waits, for a bounded time. */
final class SqlMailboxes implements AutoCloseable {
    private static final int MOST_ROWS = 20;
    private static final String DISABLED = "disabled";

    private final NamedQuery query;
    private final Database database;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    SqlMailboxes(RcptSqlConfig config) {
        query = NamedQuery.ofAddress("query", config.query());
        database =
                new Database(
                        "rcpt_sql",
                        DatabaseSettings.withPasswordFile(
                                config.url(),
                                config.user(),
                                config.password__file(),
                                config.connections(),
                                config.timeoutMillis()));
    }

    /**
     * Looks for an address. Without row it is unknown; with rows it is there unless each is true in
     * its column {@code disabled}.
     *
     * @throws DatabaseException when the database cannot be asked, or does not answer the query
     */
    Mailbox find(Address address) throws DatabaseException {
        List<Row> rows = database.rows(query, NamedQuery.values(address), MOST_ROWS);
        if (rows.isEmpty()) {
            return Mailbox.UNKNOWN;
        }
        return rows.stream().allMatch(row -> row.isTrue(DISABLED))
                ? Mailbox.DISABLED
                : Mailbox.THERE;
    }

    @Override
    public void close() {
        database.close();
    }
}
