package org.qpsmtpd.plugin.rcptsql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.mail.Address;

/** With a database in memory. */
class SqlMailboxesTest {
    private static final String URL = "jdbc:h2:mem:mailboxes";

    private final Connection keptOpen;

    SqlMailboxesTest() throws SQLException {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL(URL);
        keptOpen = source.getConnection();
        try (Statement statement = keptOpen.createStatement()) {
            statement.execute("create table box (mail varchar, u varchar, d varchar, off int)");
            statement.execute(
                    "insert into box values ('here@ours.test', 'here', 'ours.test', 0),"
                            + " ('off@ours.test', 'off', 'ours.test', 1),"
                            + " ('both@ours.test', 'both', 'ours.test', 1),"
                            + " ('both@ours.test', 'both', 'ours.test', null)");
        }
    }

    @AfterEach
    void close() throws SQLException {
        keptOpen.close();
    }

    private Mailbox find(String query, String address) throws SQLException {
        HikariConfig database = new HikariConfig();
        database.setJdbcUrl(URL);
        database.setDriverClassName("org.h2.Driver");
        try (SqlMailboxes mailboxes = new SqlMailboxes(database, NamedQuery.parse(query))) {
            return mailboxes.find(Address.of(address));
        }
    }

    @Test
    void findsARow() throws SQLException {
        String query = "select 1 from box where mail = :address";

        assertThat(find(query, "Here@OURS.test")).isEqualTo(Mailbox.THERE);
        assertThat(find(query, "nobody@ours.test")).isEqualTo(Mailbox.UNKNOWN);
    }

    @Test
    void knowsWhoIsDisabled() throws SQLException {
        String query = "select off as disabled from box where u = :user and d = :domain";

        assertThat(find(query, "off@ours.test")).isEqualTo(Mailbox.DISABLED);
        assertThat(find(query, "here@ours.test")).isEqualTo(Mailbox.THERE);
        assertThat(find(query, "both@ours.test")).as("one row is enough").isEqualTo(Mailbox.THERE);
    }

    @Test
    void anAddressCannotBecomeSql() throws SQLException {
        String query = "select 1 from box where mail = :address";

        for (String attack :
                List.of("' or 1=1 --@ours.test", "here@ours.test' --@x", "\\' or '1@x", "%@x")) {
            assertThat(find(query, attack)).as(attack).isEqualTo(Mailbox.UNKNOWN);
        }
        assertThat(find("select 1 from box where ':user' = '' or mail = :address", "a@x"))
                .isEqualTo(Mailbox.UNKNOWN);
    }

    @Test
    void aWrongQueryDoesNotMakeTheDatabaseGone() {
        assertThatThrownBy(() -> find("select 1 from nothing where a = :user", "a@x"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(SqlMailboxes.isDown(e)).isFalse());
    }

    @Test
    void readsNames() {
        assertThat(NamedQuery.parse("select :user::text, ':domain' from \"a:b\" where m=:address"))
                .isEqualTo(
                        new NamedQuery(
                                "select ?::text, ':domain' from \"a:b\" where m=?",
                                List.of(NamedQuery.Name.USER, NamedQuery.Name.ADDRESS)));
        assertThatThrownBy(() -> NamedQuery.parse("select 1"))
                .hasMessage("query 'select 1' has neither :address nor :user, the recipient");
        assertThatThrownBy(() -> NamedQuery.parse("select :mail"))
                .hasMessage("query: ':mail' is not one of :address, :user, :domain");
    }
}
