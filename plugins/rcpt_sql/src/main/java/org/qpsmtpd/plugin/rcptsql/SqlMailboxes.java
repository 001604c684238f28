package org.qpsmtpd.plugin.rcptsql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Locale;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.mail.Address;

/** The mailboxes of a database, over connections that are kept. Waits, for a bounded time. */
final class SqlMailboxes implements AutoCloseable {
    private static final int MOST_ROWS = 20;
    private static final int LONGEST = 250;
    private static final String DISABLED = "disabled";

    private final NamedQuery query;
    private final HikariDataSource pool;

    /**
     * Connects to nobody yet.
     *
     * @param database which one, how many connections, and how long it is waited for
     */
    SqlMailboxes(HikariConfig database, NamedQuery query) {
        this.query = query;
        database.setPoolName("rcpt_sql");
        database.setMinimumIdle(0);
        database.setReadOnly(true);
        database.setInitializationFailTimeout(-1);
        pool = new HikariDataSource(database);
    }

    /**
     * Looks for an address. Without row it is unknown; with rows it is there unless each is true in
     * its column {@code disabled}.
     */
    Mailbox find(Address address) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(query.sql())) {
            statement.setMaxRows(MOST_ROWS);
            query.fill(statement, address);
            try (ResultSet rows = statement.executeQuery()) {
                return read(rows);
            }
        }
    }

    private static Mailbox read(ResultSet rows) throws SQLException {
        int column = disabledColumn(rows.getMetaData());
        Mailbox found = Mailbox.UNKNOWN;
        while (rows.next()) {
            if (column == 0 || !isTrue(rows.getString(column))) {
                return Mailbox.THERE;
            }
            found = Mailbox.DISABLED;
        }
        return found;
    }

    private static int disabledColumn(ResultSetMetaData columns) throws SQLException {
        for (int at = 1; at <= columns.getColumnCount(); at++) {
            if (columns.getColumnLabel(at).equalsIgnoreCase(DISABLED)) {
                return at;
            }
        }
        return 0;
    }

    private static boolean isTrue(String text) {
        return text != null
                && switch (text.strip().toLowerCase(Locale.ROOT)) {
                    case "", "0", "f", "false", "n", "no", "off" -> false;
                    default -> true;
                };
    }

    /** Whether after such a failure the next question would fail, too. */
    static boolean isDown(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        return failure instanceof SQLTransientConnectionException
                || failure instanceof SQLNonTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("28")
                || state.startsWith("57");
    }

    /** What happened, in a line for the log. */
    static String shown(SQLException failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String text = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }

    @Override
    public void close() {
        pool.close();
    }
}
