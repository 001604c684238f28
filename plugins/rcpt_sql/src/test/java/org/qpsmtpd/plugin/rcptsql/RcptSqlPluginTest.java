package org.qpsmtpd.plugin.rcptsql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.lookup.LookupSettings;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

/** With the servers of Debian's packages, where they are installed. */
class RcptSqlPluginTest {
    private static final String POSTGRESQL = "/usr/lib/postgresql/15/bin";
    private static final String MARIADB = "/usr/sbin/mariadbd";
    private static final String QUERY = "select off as disabled from box where mail = :address";

    private final FakeTransaction transaction = FakeTransaction.on(FakeConnection.create());

    RcptSqlPluginTest() {
        transaction.connection().config().set("rcpthosts", "ours.test");
    }

    private static Map<String, Object> settings(String url, String user, int millis) {
        Map<String, Object> all = new HashMap<>();
        all.put("url", url);
        all.put("user", user);
        all.put("query", QUERY);
        all.put("timeoutMillis", millis);
        return all;
    }

    private static RcptSqlPlugin plugin(Map<String, Object> settings) {
        return new RcptSqlPlugin(
                Configs.config(RejectSettings.class),
                Configs.config(LookupSettings.class),
                Configs.config(RcptSqlConfig.class, settings));
    }

    private HookResult rcpt(RcptSqlPlugin plugin, String address) {
        return plugin.onRcpt(transaction, FakeRecipient.of(address));
    }

    @Test
    void asksPostgresql() throws Exception {
        assumeTrue(RealDatabase.canRun(POSTGRESQL + "/initdb"), "postgresql is not installed");
        try (RealDatabase server = RealDatabase.postgresql(POSTGRESQL)) {
            answers(
                    server,
                    settings(
                            "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres",
                            "postgres",
                            20_000));
        }
    }

    @Test
    void asksMariadb() throws Exception {
        assumeTrue(RealDatabase.canRun(MARIADB), "mariadb-server is not installed");
        try (RealDatabase server = RealDatabase.mariadb(MARIADB)) {
            answers(
                    server,
                    settings(
                            "jdbc:mariadb://127.0.0.1:" + server.port() + "/mysql?sslMode=disable",
                            "root",
                            20_000));
        }
    }

    private void answers(RealDatabase server, Map<String, Object> settings) throws Exception {
        fill(server, Databases.pool(Configs.config(RcptSqlConfig.class, settings)));
        RcptSqlPlugin plugin = plugin(settings);

        assertThat(rcpt(plugin, "Here@ours.test")).isEqualTo(HookResult.pass("here@ours.test"));
        assertThat(rcpt(plugin, "off@ours.test").text())
                .isEqualTo("Sorry, this mailbox takes no mail (#5.2.1)");
        assertThat(rcpt(plugin, "' or 1=1 -- @ours.test").text())
                .isEqualTo("Sorry, no mailbox by that name (#5.1.1)");
        assertThat(rcpt(plugin, "a@other.test"))
                .isEqualTo(HookResult.skip("domain is not looked up"));

        server.close();
        assertThat(rcpt(plugin, "here@ours.test"))
                .isEqualTo(HookResult.pass("known here@ours.test"));
        plugin.close();
    }

    private static void fill(RealDatabase server, HikariConfig database) throws Exception {
        long due = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        database.setInitializationFailTimeout(-1);
        try (HikariDataSource source = new HikariDataSource(database)) {
            while (true) {
                try (Connection connection = source.getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("create table box (mail varchar(99), off int)");
                    statement.execute(
                            "insert into box values ('here@ours.test', 0), ('off@ours.test', 1)");
                    return;
                } catch (SQLException e) {
                    if (!server.isRunningStill() || System.nanoTime() - due > 0) {
                        throw e;
                    }
                }
            }
        }
    }

    @Test
    void defersOrPassesWithoutDatabase() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        for (String kind : new String[] {"postgresql", "mariadb"}) {
            Map<String, Object> settings =
                    settings("jdbc:" + kind + "://127.0.0.1:" + port + "/mail", "mx", 250);
            RcptSqlPlugin plugin = plugin(settings);
            HookResult deferred = rcpt(plugin, "here@ours.test");
            assertThat(deferred.action()).isEqualTo(Action.DENYSOFT);
            assertThat(deferred.reason()).startsWith("error: the database: ");
            plugin.close();

            settings.put("on_error", "pass");
            RcptSqlPlugin passing = plugin(settings);
            assertThat(rcpt(passing, "here@ours.test").action()).isEqualTo(Action.DECLINED);
            passing.close();
        }
    }

    @Test
    void namesWrongOptions() {
        Map<String, Object> settings = settings("jdbc:oracle:thin", "mx", 250);
        assertThatThrownBy(() -> plugin(settings))
                .hasMessage(
                        "url 'jdbc:oracle:thin' is not jdbc:postgresql://HOST/NAME or"
                                + " jdbc:mariadb://HOST/NAME");
        settings.put("url", "jdbc:postgresql://127.0.0.1/a");
        settings.put("password_file", "/none");
        assertThatThrownBy(() -> plugin(settings))
                .hasMessageStartingWith("password_file '/none' cannot be read");
    }
}
