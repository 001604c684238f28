package org.qpsmtpd.plugin.senderlogin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.RealDatabase;
import org.qpsmtpd.testkit.RealDatabase.Kind;

@Timeout(180)
final class SenderLoginPluginTest {
    private final FakeConfig files =
            new FakeConfig()
                    .set(
                            "sender_login",
                            "Info@Ours.test ann@ours.test, BOB",
                            "info@ours.test carl",
                            "@ours.test boss",
                            "nonsense");
    private final FakeConnection connection =
            FakeConnection.from("192.0.2.7").withConfig(files).withAuth("ann@ours.test", "PLAIN");
    private final FakeTransaction transaction = FakeTransaction.on(connection);
    private SenderLoginPlugin plugin = plugin();

    @AfterEach
    void close() {
        plugin.close();
    }

    private static SenderLoginPlugin plugin(String... options) {
        return plugin(Map.of(), options);
    }

    private static SenderLoginPlugin plugin(Map<String, String> reject, String... options) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new SenderLoginPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(SenderLoginConfig.class, values));
    }

    private void use(String... options) {
        plugin.close();
        plugin = plugin(options);
    }

    private HookResult mail(String user, String sender) {
        connection.withAuth(user, "PLAIN");
        return plugin.onMail(transaction, Address.of(sender), Parameters.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "ann@ours.test, info@ours.test",
        "Bob, INFO@ours.TEST",
        "carl, info@ours.test",
        "ann@ours.test, Ann@Ours.test",
        "boss, any@ours.test"
    })
    void leavesOwnersAlone(String user, String sender) {
        assertThat(mail(user, sender).action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({
        "boss, info@ours.test",
        "ann@ours.test, bob@ours.test",
        "ann@ours.test, ann@elsewhere.test",
        "ann, ann@ours.test",
        "dave, info@ours.test",
        "nonsense, x@ours.test"
    })
    void refusesOthers(String user, String sender) {
        HookResult answer = mail(user, sender);

        assertThat(answer.action()).isEqualTo(Action.DENY);
        assertThat(answer.code()).isEqualTo(553);
        assertThat(answer.text())
                .isEqualTo(
                        "Sender address " + sender + " is not owned by user " + user + " (#5.7.1)");
    }

    @Test
    void aNameIsNoAddressWithoutOwn() {
        use("own", "false");
        assertThat(mail("ann@ours.test", "ann@ours.test").action()).isEqualTo(Action.DENY);
        assertThat(mail("ann@ours.test", "info@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void looksWithoutExtension() {
        assertThat(mail("bob", "info+x@ours.test").action()).isEqualTo(Action.DENY);
        files.set("sender_login", "info@ours.test bob");
        use("delimiter", "+");
        assertThat(mail("bob", "info+x@ours.test").action()).isEqualTo(Action.DECLINED);
        assertThat(mail("bob", "+info@ours.test").action()).isEqualTo(Action.DENY);
    }

    @Test
    void theNullSenderIsAllowedOrNot() {
        assertThat(mail("dave", "").action()).isEqualTo(Action.DECLINED);
        use("null_sender", "no");
        assertThat(mail("dave", "").text()).startsWith("Sender address <> is not owned by");
    }

    @Test
    void strangersMayNotPoseAsUsers() {
        assertThat(mail("", "info@ours.test").action()).isEqualTo(Action.DECLINED);
        use("anonymous", "reject");
        HookResult answer = mail("", "info@ours.test");
        assertThat(answer.code()).isEqualTo(553);
        assertThat(answer.text())
                .isEqualTo("Sender address info@ours.test needs its owner to log in (#5.7.1)");
        assertThat(mail("", "a@elsewhere.test").action()).isEqualTo(Action.DECLINED);
        assertThat(mail("", "").action()).isEqualTo(Action.DECLINED);
        connection.setRelayClient(true);
        assertThat(mail("", "info@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void onlyLogsWhenTold() {
        plugin.close();
        plugin = plugin(Map.of("reject", "0"));
        assertThat(mail("dave", "info@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    private HookResult data(String header) {
        return plugin.onDataPost(
                FakeTransaction.on(connection).withMessage(header + "\n\nHello\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "From: ann@ours.test",
                "From: Ann <ann@ours.test>",
                "From: \"Ann, of <x>\" <Info@ours.test>",
                "From: =?utf-8?q?Ann?=\n <ann@ours.test>",
                "From: ann@ours.test (Ann)"
            })
    void theAuthorIsTheUser(String header) {
        use("from", "true");
        assertThat(data(header).action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "From: bob@ours.test",
                "From: Ann <bob@ours.test>",
                "From: ann@ours.test\nFrom: bob@ours.test",
                "From: ann@ours.test\nFrom: ann@ours.test",
                "From: bob@ours.test, ann@ours.test",
                "From: bob@ours.test, Ann <ann@ours.test>",
                "From: bob@ours.test <ann@ours.test>",
                "From: \"bob\"@ours.test",
                "From: \"b\"ann@ours.test",
                "From: <bob@ours.test> <ann@ours.test>",
                "From: x:ann@ours.test;",
                "From: nobody",
                "Subject: none"
            })
    void theAuthorIsSomebodyElse(String header) {
        use("from", "true");
        HookResult answer = data(header);
        assertThat(answer.action()).isEqualTo(Action.DENY);
        assertThat(answer.code()).isEqualTo(554);
    }

    @Test
    void aLongFieldIsRefused() {
        use("from", "true");
        assertThat(data("From: \"" + "\\\"".repeat(20_000) + "\" <ann@ours.test>").code())
                .isEqualTo(554);
    }

    @Test
    void theAuthorIsNotLookedAtUnlessTold() {
        assertThat(data("From: bob@ours.test").action()).isEqualTo(Action.DECLINED);
        use("from", "true");
        connection.withAuth("", "");
        assertThat(data("From: bob@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void asksADirectory() throws Exception {
        String base = "dc=ours,dc=test";
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(base);
        config.setSchema(null);
        InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
        server.add("dn: " + base, "objectClass: top", "objectClass: domain", "dc: ours");
        server.add(
                "dn: uid=dave," + base,
                "objectClass: top",
                "objectClass: inetOrgPerson",
                "uid: Dave",
                "mail: sales@far.test");
        server.startListening();
        use(
                "ldap_servers",
                "ldap://127.0.0.1:" + server.getListenPort(),
                "ldap_base",
                base,
                "timeoutMillis",
                "20000");

        assertThat(mail("dave", "sales@far.test").action()).isEqualTo(Action.DECLINED);
        assertThat(mail("carl", "sales@far.test").action()).isEqualTo(Action.DENY);
        assertThat(mail("dave", "*@far.test").action()).isEqualTo(Action.DENY);
        assertThat(mail("carl", "info@ours.test").action()).isEqualTo(Action.DECLINED);

        server.shutDown(true);
        HookResult deferred = mail("dave", "sales@far.test");
        assertThat(deferred.action()).isEqualTo(Action.DENYSOFT);
        assertThat(deferred.reason()).startsWith("error: the directory: ");
        server.startListening();
        assertThat(mail("dave", "sales@far.test").action())
                .as("left alone")
                .isEqualTo(Action.DENYSOFT);
        connection.clock().advance(Duration.ofSeconds(5));
        server.shutDown(true);
    }

    @ParameterizedTest
    @EnumSource
    void asksADatabase(Kind kind) throws Exception {
        assumeTrue(RealDatabase.canRun(kind), kind + " is not installed");
        try (RealDatabase server = RealDatabase.start(kind)) {
            server.execute(
                    "create table sender (address varchar(99), login varchar(99))",
                    "insert into sender values ('a@far.test', 'Dave'), ('a@far.test', 'eve')");
            use(
                    "sql_url",
                    server.url(),
                    "sql_user",
                    server.user(),
                    "sql_query",
                    "select login from sender where address = :address",
                    "timeoutMillis",
                    "20000");

            assertThat(mail("dave", "A@far.test").action()).isEqualTo(Action.DECLINED);
            assertThat(mail("eve", "a@far.test").action()).isEqualTo(Action.DECLINED);
            assertThat(mail("carl", "a@far.test").action()).isEqualTo(Action.DENY);
            assertThat(mail("dave", "' or 1=1 -- @far.test").action()).isEqualTo(Action.DENY);
        }
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> plugin("anonymous", "maybe"))
                .hasMessageStartingWith("anonymous 'maybe' is not one of ignore, reject");
        assertThatThrownBy(() -> plugin("sql_url", "jdbc:mariadb://a/b", "sql_query", "select 1"))
                .hasMessageStartingWith("sql_query 'select 1' has neither");
        assertThatThrownBy(() -> plugin("ldap_base", "dc=a", "ldap_filter", "(mail=x)"))
                .hasMessageStartingWith("ldap_filter '(mail=x)' has neither");
        assertThatThrownBy(() -> plugin.checkLine("sender_login", "ann@ours.test"))
                .hasMessageContaining("is not ADDRESS USER[,USER...]");
        plugin.checkLine("sender_login", "@ours.test ann");
    }
}
