package org.qpsmtpd.plugin.rcptsql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.lookup.LookupSettings;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.RealDatabase;
import org.qpsmtpd.testkit.RealDatabase.Kind;

/** With the servers of Debian's packages, where they are installed. */
class RcptSqlPluginTest {
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

    @ParameterizedTest
    @EnumSource
    void asksARealDatabase(Kind kind) throws Exception {
        assumeTrue(RealDatabase.canRun(kind), kind + " is not installed");
        try (RealDatabase server = RealDatabase.start(kind)) {
            answers(server);
        }
    }

    private void answers(RealDatabase server) throws IOException {
        server.execute(
                "create table box (mail varchar(99), off int)",
                "insert into box values ('here@ours.test', 0), ('off@ours.test', 1),"
                        + " ('both@ours.test', 1), ('both@ours.test', 0)");
        RcptSqlPlugin plugin = plugin(settings(server.url(), server.user(), 20_000));

        assertThat(rcpt(plugin, "Here@ours.test")).isEqualTo(HookResult.pass("here@ours.test"));
        assertThat(rcpt(plugin, "off@ours.test").text())
                .isEqualTo("Sorry, this mailbox takes no mail (#5.2.1)");
        assertThat(rcpt(plugin, "both@ours.test")).isEqualTo(HookResult.pass("both@ours.test"));
        assertThat(rcpt(plugin, "' or 1=1 -- @ours.test").text())
                .isEqualTo("Sorry, no mailbox by that name (#5.1.1)");
        assertThat(rcpt(plugin, "a@other.test"))
                .isEqualTo(HookResult.skip("domain is not looked up"));

        server.close();
        assertThat(rcpt(plugin, "here@ours.test"))
                .isEqualTo(HookResult.pass("known here@ours.test"));
        plugin.close();
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
