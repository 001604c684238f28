package org.qpsmtpd.plugin.auth.authldapbind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.LDAPException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;

@Timeout(120)
final class AuthLdapBindPluginTest {
    private static final String BASE = "dc=ours,dc=test";

    private final List<String> binds = new CopyOnWriteArrayList<>();
    private final FakeConfig files = new FakeConfig();
    private final FakeConnection connection = FakeConnection.from("192.0.2.7").withConfig(files);
    private final InMemoryDirectoryServer server;
    private final String port;
    private AuthLdapBindPlugin plugin;

    AuthLdapBindPluginTest() throws Exception {
        server = new InMemoryDirectoryServer(config());
        server.add("dn: " + BASE, "objectClass: top", "objectClass: domain", "dc: ours");
        add("ann", "ann@ours.test");
        add("bo*b", "bob@ours.test");
        add("one", "two@ours.test");
        add("two", "two@ours.test");
        server.startListening();
        port = String.valueOf(server.getListenPort());
        plugin = plugin();
    }

    private InMemoryDirectoryServerConfig config() throws LDAPException {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
        config.setSchema(null);
        config.addAdditionalBindCredentials("cn=mx", "secret");
        config.addInMemoryOperationInterceptor(
                new InMemoryOperationInterceptor() {
                    @Override
                    public void processSimpleBindRequest(
                            InMemoryInterceptedSimpleBindRequest request) {
                        binds.add(request.getRequest().getBindDN());
                    }
                });
        return config;
    }

    private void add(String user, String mail) throws Exception {
        server.add(
                "dn: uid=" + user + "," + BASE,
                "objectClass: top",
                "objectClass: inetOrgPerson",
                "uid: " + user,
                "mail: " + mail,
                "userPassword: right");
    }

    @AfterEach
    void close() {
        plugin.close();
        server.shutDown(true);
    }

    private AuthLdapBindPlugin plugin(String... options) {
        Map<String, Object> values = new HashMap<>();
        values.put("ldap_base", BASE);
        values.put("ldap_port", port);
        values.put("ldap_timeout", "20");
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new AuthLdapBindPlugin(Configs.config(AuthLdapBindConfig.class, values));
    }

    private void use(String... options) {
        plugin.close();
        plugin = plugin(options);
    }

    private HookResult answer(String user, String password) {
        Credentials credentials = Credentials.withPassword("PLAIN", user, Secret.of(password));
        HookResult result = plugin.onAuthPlain(connection, credentials);
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann", "ANN", "ann@ours.test", "bo*b@elsewhere.test"})
    void takesTheRightPassword(String user) {
        HookResult answer = answer(user, "right");

        assertThat(answer.action()).isEqualTo(Action.OK);
        assertThat(answer.text()).isEqualTo("authldap");
    }

    @ParameterizedTest
    @CsvSource({
        "ann, wrong",
        "nobody, right",
        "ann@ours.test, Right",
        "*, right",
        "ann)(uid=*, right"
    })
    void declinesAnyOther(String user, String password) {
        HookResult answer = answer(user, password);

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).startsWith("fail: authldap - wrong username or password");
        assertThat(binds).as("one, whoever it is").hasSize(1);
    }

    @Test
    void triesTheDecoyForWhoIsNotThere() {
        use("decoy_dn", "cn=decoy," + BASE);
        answer("nobody", "right");

        assertThat(binds).containsExactly("cn=decoy," + BASE);
    }

    @Test
    void looksByTheWholeName() {
        use("filter", "(mail=%s)");

        assertThat(answer("Ann@Ours.test", "right").action()).isEqualTo(Action.OK);
        assertThat(answer("ann", "right").action()).isEqualTo(Action.DECLINED);
        assertThat(answer("two@ours.test", "right").reason()).contains("more than one such user");
    }

    @Test
    void aFileSaysWhatOptionsDoNot() {
        files.set("ldap", "ldap_base dc=elsewhere", "ldap_auth_filter_attr mail", "ldap_bose x");
        use("ldap_auth_filter_attr", "uid");
        assertThat(answer("ann", "right").action()).isEqualTo(Action.OK);

        use("ldap_base", "", "ldap_auth_filter_attr", "");
        assertThat(answer("ann", "right").action()).isEqualTo(Action.DENYSOFT);
        files.set("ldap", "ldap_base " + BASE);
        connection.clock().advance(Duration.ofSeconds(5));
        assertThat(answer("ann", "right").action()).isEqualTo(Action.OK);

        files.set("ldap");
        assertThat(answer("ann", "right").reason()).contains("no ldap_base: give it");
    }

    @Test
    void searchesAsSomebody(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "secret\n");
        use("bind_dn", "cn=mx", "password_file", file.toString());
        assertThat(answer("ann", "right").action()).isEqualTo(Action.OK);
        assertThat(binds).containsExactly("cn=mx", "uid=ann," + BASE);

        Files.writeString(file, "other\n");
        use("bind_dn", "cn=mx", "password_file", file.toString());
        HookResult refused = answer("ann", "right");
        assertThat(refused.action()).isEqualTo(Action.DENYSOFT);
        assertThat(refused.reason()).doesNotContain("other");
    }

    @Test
    void defersOrPassesWithoutDirectory() throws Exception {
        server.shutDown(true);
        HookResult answer = answer("ann", "right");
        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason())
                .startsWith("error: authldap - temporary auth error: the directory: ")
                .doesNotContain("right");

        server.startListening();
        assertThat(answer("ann", "right").action()).as("left alone").isEqualTo(Action.DENYSOFT);
        connection.clock().advance(Duration.ofSeconds(5));
        assertThat(answer("ann", "right").action()).isEqualTo(Action.OK);

        server.shutDown(true);
        use("on_error", "pass");
        assertThat(answer("ann", "right").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> plugin("ldap_port", "0"))
                .hasMessage("ldap_port '0' is not a port from 1 to 65535");
        assertThatThrownBy(() -> plugin("ldap_host", "a b"))
                .hasMessage("ldap_host 'a b' is not a host's name or address");
        assertThatThrownBy(() -> plugin("ldap_timeout", "61"))
                .hasMessage("ldap_timeout '61' is not a number of seconds from 1 to 60");
        assertThatThrownBy(() -> plugin("ldap_auth_filter_attr", "a=b)("))
                .hasMessageContaining("is not the name of an attribute");
        assertThatThrownBy(() -> plugin("filter", "(uid=%x%u)"))
                .hasMessage("filter: '%x' is not one of %s, %u, %d, %%");
        assertThatThrownBy(() -> plugin("bind_dn", "cn=mx"))
                .hasMessage("bind_dn needs password_file");
        assertThatThrownBy(() -> plugin("on_error", "let in"))
                .hasMessageStartingWith("on_error 'let in'");
        assertThatThrownBy(() -> plugin.checkLine("ldap", "ldap_bose x"))
                .hasMessageContaining("is not one of ldap_base, ldap_host");
        plugin.checkLine("ldap", "ldap_base ou=a b,dc=c");
    }
}
