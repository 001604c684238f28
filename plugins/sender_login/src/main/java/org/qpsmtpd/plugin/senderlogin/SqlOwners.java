package org.qpsmtpd.plugin.senderlogin;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.sql.Database;
import org.qpsmtpd.sql.DatabaseException;
import org.qpsmtpd.sql.DatabaseSettings;
import org.qpsmtpd.sql.NamedQuery;
import org.qpsmtpd.sql.Row;

/** The owners in a database. */
final class SqlOwners implements Owners {
    private static final int MOST_ROWS = 1000;

    private final NamedQuery query;
    private final Database database;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    SqlOwners(SenderLoginConfig config) {
        query = NamedQuery.ofAddress("sql_query", config.sql__query());
        database =
                new Database(
                        "sender_login",
                        DatabaseSettings.withPasswordFile(
                                config.sql__url(),
                                config.sql__user(),
                                config.sql__password__file(),
                                config.connections(),
                                config.timeoutMillis()));
    }

    @Override
    public Set<String> of(Config config, Address address) throws NoAnswer {
        Set<String> owners = new HashSet<>();
        try {
            for (Row row : database.rows(query, NamedQuery.values(address), MOST_ROWS)) {
                row.first().ifPresent(name -> owners.add(name.strip().toLowerCase(Locale.ROOT)));
            }
        } catch (DatabaseException e) {
            throw new NoAnswer("the database: " + e.getMessage(), e.isDown(), e);
        }
        return owners;
    }

    @Override
    public void close() {
        database.close();
    }
}
