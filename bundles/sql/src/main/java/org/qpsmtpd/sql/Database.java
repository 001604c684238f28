package org.qpsmtpd.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Queries to a database, over connections that are kept and only read. Waits, for a bounded time.
 * Safe for use by several threads.
 */
public final class Database implements AutoCloseable {
    private final HikariDataSource pool;

    /**
     * Connects to nobody yet.
     *
     * @param name the plugin's, for the threads
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    public Database(String name, DatabaseSettings settings) {
        this(name, Drivers.pool(settings));
    }

    Database(String name, HikariConfig database) {
        database.setPoolName(name);
        database.setMinimumIdle(0);
        database.setReadOnly(true);
        database.setInitializationFailTimeout(-1);
        pool = new HikariDataSource(database);
    }

    /**
     * Asks.
     *
     * @param values of all names of the query
     * @param most how many rows are enough; there may be more
     * @return at most so many, in the database's order
     * @throws DatabaseException when the database cannot be asked, or does not answer the query
     */
    public List<Row> rows(NamedQuery query, Map<String, String> values, int most)
            throws DatabaseException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(query.sql())) {
            statement.setMaxRows(most);
            for (int at = 0; at < query.names().size(); at++) {
                statement.setString(at + 1, values.get(query.names().get(at)));
            }
            return read(statement);
        } catch (SQLException e) {
            throw new DatabaseException(e);
        }
    }

    private static List<Row> read(PreparedStatement statement) throws SQLException {
        List<Row> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(Row.of(rows));
            }
        }
        return found;
    }

    /** Closes the connections. */
    @Override
    public void close() {
        pool.close();
    }
}
