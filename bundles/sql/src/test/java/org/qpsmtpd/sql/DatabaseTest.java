package org.qpsmtpd.sql;

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
import org.qpsmtpd.api.mail.Address;

/** With a database in memory. */
class DatabaseTest {
    private static final String URL = "jdbc:h2:mem:mailboxes";

    private final Connection keptOpen;

    DatabaseTest() throws SQLException {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL(URL);
        keptOpen = source.getConnection();
        try (Statement statement = keptOpen.createStatement()) {
            statement.execute("create table box (mail varchar, u varchar, d varchar, off int)");
            statement.execute(
                    "insert into box values ('here@ours.test', 'here', 'ours.test', 0),"
                            + " ('off@ours.test', 'off', 'ours.test', 1),"
                            + " ('null@ours.test', 'null', 'ours.test', null)");
        }
    }

    @AfterEach
    void close() throws SQLException {
        keptOpen.close();
    }

    private static List<Row> rows(String query, String address) throws DatabaseException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(URL);
        config.setDriverClassName("org.h2.Driver");
        try (Database database = new Database("test", config)) {
            NamedQuery named = NamedQuery.ofAddress("query", query);
            return database.rows(named, NamedQuery.values(Address.of(address)), 2);
        }
    }

    @Test
    void findsARow() throws DatabaseException {
        String query = "select off as Disabled, mail from box where u = :user and d = :domain";

        Row row = rows(query, "Off@OURS.test").get(0);
        assertThat(row.first()).contains("1");
        assertThat(row.value("mail")).contains("off@ours.test");
        assertThat(row.value("off")).isEmpty();
        assertThat(row.isTrue("disabled")).isTrue();
        assertThat(rows(query, "here@ours.test").get(0).isTrue("disabled")).isFalse();
        assertThat(rows(query, "null@ours.test").get(0).isTrue("disabled")).isFalse();
        assertThat(rows(query, "null@ours.test").get(0).first()).isEmpty();
        assertThat(rows(query, "nobody@ours.test")).isEmpty();
    }

    @Test
    void isContentWithSoMany() throws DatabaseException {
        assertThat(rows("select 1 from box where :user is not null", "a@x")).hasSize(2);
    }

    @Test
    void aValueCannotBecomeSql() throws DatabaseException {
        String query = "select 1 from box where mail = :address";

        for (String attack :
                List.of("' or 1=1 --@ours.test", "here@ours.test' --@x", "\\' or '1@x", "%@x")) {
            assertThat(rows(query, attack)).as(attack).isEmpty();
        }
        assertThat(rows("select 1 from box where ':user' = '' or mail = :address", "a@x"))
                .isEmpty();
    }

    @Test
    void aWrongQueryDoesNotMakeTheDatabaseGone() {
        assertThatThrownBy(() -> rows("select 1 from nothing where a = :user", "a@x"))
                .isInstanceOfSatisfying(
                        DatabaseException.class, e -> assertThat(e.isDown()).isFalse());
    }

    @Test
    void readsNames() {
        assertThat(
                        NamedQuery.ofAddress(
                                "query",
                                "select :user::text, ':domain' from \"a:b\" where m=:address"))
                .isEqualTo(
                        new NamedQuery(
                                "select ?::text, ':domain' from \"a:b\" where m=?",
                                List.of("user", "address")));
        assertThatThrownBy(() -> NamedQuery.ofAddress("query", "select 1"))
                .hasMessage("query 'select 1' has neither :address nor :user, the recipient");
        assertThatThrownBy(() -> NamedQuery.ofAddress("query", "select :mail"))
                .hasMessage("query: ':mail' is not one of :address, :user, :domain");
    }

    @Test
    void settingsShowNoPassword() {
        assertThat(new DatabaseSettings("jdbc:mariadb://a/b", "mx", "secret", 1, 250))
                .asString()
                .isEqualTo("jdbc:mariadb://a/b mx");
    }
}
