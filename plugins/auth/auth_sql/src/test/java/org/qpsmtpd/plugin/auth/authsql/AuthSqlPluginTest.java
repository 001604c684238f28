package org.qpsmtpd.plugin.auth.authsql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.RealDatabase;
import org.qpsmtpd.testkit.RealDatabase.Kind;

@Timeout(180)
final class AuthSqlPluginTest {
    private static final String QUERY = "select password from account where name = :address";

    /** Of {@code openssl passwd -6 -salt salt right}. */
    private static final String HASH = Hashes.SHA512;

    private final FakeConfig files = new FakeConfig();
    private final FakeConnection connection = FakeConnection.from("192.0.2.7").withConfig(files);
    private AuthSqlPlugin plugin = plugin();

    @AfterEach
    void close() {
        plugin.close();
    }

    private static AuthSqlPlugin plugin(String... options) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new AuthSqlPlugin(Configs.config(AuthSqlConfig.class, values));
    }

    private void use(String... options) {
        plugin.close();
        plugin = plugin(options);
    }

    private static HookResult settled(HookResult result) {
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    private HookResult answer(String user, String password) {
        return settled(
                plugin.onAuthPlain(
                        connection, Credentials.withPassword("PLAIN", user, Secret.of(password))));
    }

    private HookResult digest(String user, String password) throws Exception {
        byte[] challenge = "<1@a>".getBytes(StandardCharsets.US_ASCII);
        Mac mac = Mac.getInstance("HmacMD5");
        mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.US_ASCII), "HmacMD5"));
        return settled(
                plugin.onAuthCramMd5(
                        connection,
                        Credentials.withDigest(user, challenge, mac.doFinal(challenge))));
    }

    private Optional<StoredKeys> keys(String user) {
        return plugin.onAuthKeys(connection, ScramHash.SHA_256, user).toCompletableFuture().join();
    }

    @ParameterizedTest
    @EnumSource
    void asksARealDatabase(Kind kind) throws Exception {
        assumeTrue(RealDatabase.canRun(kind), kind + " is not installed");
        try (RealDatabase server = RealDatabase.start(kind)) {
            StoredKeys kept =
                    StoredKeys.derive(ScramHash.SHA_256, Secret.of("right"), new byte[] {1}, 4096);
            server.execute(
                    "create table account (name varchar(99), password varchar(250))",
                    "insert into account values ('ann@a.test', '"
                            + HASH
                            + "'), ('kim', 'right'),"
                            + " ('kit', '"
                            + kept.format()
                            + "'), ('odd', '{ODD}x'),"
                            + " ('none', null), ('two', 'right'), ('two', 'right')");
            use("url", server.url(), "user", server.user(), "query", QUERY, "kept", "clear");

            assertThat(answer("Ann@a.test", "right").action()).isEqualTo(Action.OK);
            assertThat(answer("Ann@a.test", "right").text()).isEqualTo("auth_sql");
            assertThat(answer("ann@a.test", "wrong").action()).isEqualTo(Action.DENY);
            assertThat(answer("kim", "right").action()).isEqualTo(Action.OK);
            assertThat(answer("kim", HASH).action()).isEqualTo(Action.DENY);
            assertThat(answer("kit", "right").action()).isEqualTo(Action.OK);
            assertThat(answer("nobody", "right").action()).isEqualTo(Action.DECLINED);
            assertThat(answer("two", "right").action()).isEqualTo(Action.DECLINED);
            assertThat(answer("none", "right").action()).isEqualTo(Action.DENY);
            assertThat(answer("' or '1' = '1", "right").action()).isEqualTo(Action.DECLINED);
            assertThat(answer("odd", "x").action()).isEqualTo(Action.DENYSOFT);
            assertThat(digest("kim", "right").action()).isEqualTo(Action.OK);
            assertThat(digest("kim", "wrong").action()).isEqualTo(Action.DENY);
            assertThat(digest("ann@a.test", "right").action()).isEqualTo(Action.DECLINED);
            assertThat(keys("kit").orElseThrow().format()).isEqualTo(kept.format());
            StoredKeys made = keys("kim").orElseThrow();
            assertThat(made.matches(Secret.of("right"))).isTrue();
            assertThat(keys("kim").orElseThrow().salt()).isEqualTo(made.salt());
            assertThat(keys("ann@a.test")).isEmpty();
        }
    }

    @Test
    void asksVpopmailsDatabase() throws Exception {
        assumeTrue(RealDatabase.canRun(Kind.MARIADB), "mariadb-server is not installed");
        try (RealDatabase server = RealDatabase.start(Kind.MARIADB)) {
            server.execute(
                    "create table vpopmail (pw_name char(32), pw_domain char(96), pw_passwd"
                            + " char(40), pw_clear_passwd char(16))",
                    "insert into vpopmail values ('ann', 'a.test', '"
                            + Hashes.MD5
                            + "', null),"
                            + " ('bob', 'a.test', '"
                            + Hashes.DES
                            + "', ''),"
                            + " ('kim', 'a.test', '', 'right'), ('none', 'a.test', '', '')");
            files.set(
                    "vpopmail_mysql_dsn",
                    "dbi:mysql:dbname=mail;host=127.0.0.1;port=" + server.port());
            files.set("vpopmail_mysql_user", server.user());
            files.set("vpopmail_mysql_pass", "any");

            assertThat(answer("Ann@A.test", "right").text()).isEqualTo("auth_vpopmail_sql");
            assertThat(answer("ann@a.test", "wrong").action()).isEqualTo(Action.DENY);
            assertThat(answer("bob@a.test", "right").action()).isEqualTo(Action.OK);
            assertThat(digest("kim@a.test", "right").action()).isEqualTo(Action.OK);
            assertThat(digest("ann@a.test", "right").action()).isEqualTo(Action.DECLINED);
            assertThat(answer("none@a.test", "right").action()).isEqualTo(Action.DENY);
            assertThat(answer("ann", "right").action()).isEqualTo(Action.DECLINED);
            assertThat(answer("ann@b.test", "right").action()).isEqualTo(Action.DECLINED);
        }
    }

    @Test
    void defersWithoutDatabase() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        use(
                "url",
                "jdbc:postgresql://127.0.0.1:" + port + "/mail",
                "query",
                QUERY,
                "timeoutMillis",
                "250");

        HookResult answer = answer("ann", "right");
        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).startsWith("error: the database: ").doesNotContain("right");
        assertThat(plugin.onAuthKeys(connection, ScramHash.SHA_256, "ann"))
                .isCompletedExceptionally();
    }

    @Test
    void offersWhatIsKept() {
        assertThat(plugin.knowsPasswords()).isTrue();
        assertThat(plugin.hashes()).containsExactly(ScramHash.SHA_256);
        use("url", "jdbc:mariadb://a/b", "query", QUERY);
        assertThat(plugin.knowsPasswords()).isFalse();
        assertThat(plugin.hashes()).isEmpty();
        use("url", "jdbc:mariadb://a/b", "query", QUERY, "kept", "keys");
        assertThat(plugin.knowsPasswords()).isFalse();
        assertThat(plugin.hashes()).containsExactly(ScramHash.SHA_256);
    }

    @Test
    void readsDataSources() {
        assertThat(Dsn.url("dbi:mysql:dbname=vpopmail;host=127.0.0.1"))
                .isEqualTo("jdbc:mariadb://127.0.0.1:3306/vpopmail?sslMode=disable");
        assertThat(Dsn.url("DBI:mysql:vpopmail"))
                .isEqualTo("jdbc:mariadb://127.0.0.1:3306/vpopmail?sslMode=disable");
        assertThat(Dsn.url("dbi:mysql:database=v;host=::1;port=2;mysql_ssl=1"))
                .isEqualTo("jdbc:mariadb://[::1]:2/v?sslMode=verify-full");
        assertThat(Dsn.url("dbi:Pg:dbname=v;host=db.test"))
                .isEqualTo("jdbc:postgresql://db.test:5432/v");
        for (String wrong : new String[] {"", "mysql", "dbi:mysql:", "dbi:mysql:dbname=a?b"}) {
            assertThatThrownBy(() -> plugin.checkLine("vpopmail_mysql_dsn", wrong))
                    .hasMessageContaining("is not of the form dbi:mysql:");
        }
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> plugin("url", "jdbc:mariadb://a/b")).hasMessage("url needs query");
        assertThatThrownBy(() -> plugin("query", QUERY))
                .hasMessage("query, user and password_file need url");
        assertThatThrownBy(() -> plugin("url", "jdbc:x:y", "query", QUERY))
                .hasMessageStartingWith("url 'jdbc:x:y' is not");
        assertThatThrownBy(() -> plugin("url", "jdbc:mariadb://a/b", "query", "select 1"))
                .hasMessageContaining("has neither :address nor :user");
        assertThatThrownBy(() -> plugin("kept", "well")).hasMessageStartingWith("kept 'well'");
    }
}
