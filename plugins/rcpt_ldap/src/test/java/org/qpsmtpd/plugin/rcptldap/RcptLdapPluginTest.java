package org.qpsmtpd.plugin.rcptldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.util.ssl.KeyStoreKeyManager;
import com.unboundid.util.ssl.SSLUtil;
import com.unboundid.util.ssl.cert.ManageCertificates;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.lookup.LookupSettings;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class RcptLdapPluginTest {
    private static final String BASE = "dc=ours,dc=test";
    private static final String PASSWORD = "changeit";
    private static final String BINDER = "cn=mx," + BASE;

    private final Path folder;
    private final InMemoryDirectoryServer server;
    private final int port;
    private final FakeTransaction transaction = FakeTransaction.on(FakeConnection.create());
    private final List<RcptLdapPlugin> plugins = new ArrayList<>();

    RcptLdapPluginTest(@TempDir Path folder) throws Exception {
        this.folder = folder;
        Files.writeString(folder.resolve("password"), "secret\n");
        transaction.connection().config().set("rcpthosts", "ours.test");
        server = server(InMemoryListenerConfig.createLDAPConfig("clear", loopback(), 0, null));
        port = server.getListenPort();
    }

    private static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    private static InMemoryDirectoryServer server(InMemoryListenerConfig listener)
            throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
        config.addAdditionalBindCredentials(BINDER, "secret");
        config.setListenerConfigs(listener);
        config.setSchema(null);
        InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
        server.add("dn: " + BASE, "objectClass: top", "objectClass: domain", "dc: ours");
        add(server, "here", "accountStatus: active");
        add(server, "off", "accountStatus: disabled");
        add(server, "gone", "accountStatus: deleted");
        add(server, "bo*b", "accountStatus: active");
        server.startListening();
        return server;
    }

    private static void add(InMemoryDirectoryServer server, String user, String more)
            throws Exception {
        server.add(
                "dn: uid=" + user + "," + BASE,
                "objectClass: top",
                "objectClass: inetOrgPerson",
                "uid: " + user,
                "mail: " + user + "@Ours.test",
                more);
    }

    @AfterEach
    void close() {
        plugins.forEach(RcptLdapPlugin::close);
        server.shutDown(true);
    }

    private RcptLdapPlugin plugin(String... settings) {
        return plugin(Map.of(), settings);
    }

    private RcptLdapPlugin plugin(Map<String, ?> lookup, String... settings) {
        Map<String, Object> all = new HashMap<>();
        all.put("base", BASE);
        all.put("servers", "ldap://127.0.0.1:" + port);
        all.put("timeoutMillis", 20_000);
        for (int at = 0; at < settings.length; at += 2) {
            all.put(settings[at], settings[at + 1]);
        }
        RcptLdapPlugin plugin =
                new RcptLdapPlugin(
                        Configs.config(RejectSettings.class),
                        Configs.config(LookupSettings.class, lookup),
                        Configs.config(RcptLdapConfig.class, all));
        plugins.add(plugin);
        return plugin;
    }

    private HookResult rcpt(RcptLdapPlugin plugin, String address) {
        return plugin.onRcpt(transaction, FakeRecipient.of(address));
    }

    @Test
    void letsPassWhoIsThere() {
        assertThat(rcpt(plugin(), "Here@ours.TEST")).isEqualTo(HookResult.pass("here@ours.test"));
        assertThat(rcpt(plugin(Map.of("found", "ok")), "here@ours.test").action())
                .isEqualTo(Action.OK);
    }

    @Test
    void refusesWhoIsNot() {
        assertThat(rcpt(plugin(), "nobody@ours.test"))
                .isEqualTo(
                        HookResult.deny(
                                        "Sorry, no mailbox by that name (#5.1.1)",
                                        "nobody@ours.test is unknown")
                                .withKarma(-1));
    }

    @Test
    void asksNothingAboutOtherDomains() {
        server.shutDown(true);

        assertThat(rcpt(plugin(), "here@other.test"))
                .isEqualTo(HookResult.skip("domain is not looked up"));
    }

    @Test
    void takesEntriesForUnknownOrDisabled() {
        RcptLdapPlugin plugin =
                plugin(
                        "unknown_when", "(accountStatus=deleted)",
                        "disabled_when", "(!(accountStatus=active))");

        assertThat(rcpt(plugin, "here@ours.test").action()).isEqualTo(Action.DECLINED);
        assertThat(rcpt(plugin, "off@ours.test"))
                .isEqualTo(
                        HookResult.deny(
                                "Sorry, this mailbox takes no mail (#5.2.1)",
                                "off@ours.test is disabled"));
        assertThat(rcpt(plugin, "gone@ours.test").text()).contains("no mailbox");
    }

    @Test
    void anAddressCannotBecomeAFilter() {
        RcptLdapPlugin plugin = plugin("filter", "(&(objectClass=inetOrgPerson)(uid=%u))");

        for (String attack : List.of("*", "*)(uid=*", "here)(|(uid=*", "\\2a", "h*", "(", ")")) {
            assertThat(rcpt(plugin, attack + "@ours.test").text())
                    .as(attack)
                    .contains("no mailbox");
        }
        assertThat(rcpt(plugin, "bo*b@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void hasPlacesForPartsOfTheAddress() {
        assertThat(rcpt(plugin("filter", "(mail=%u@%d)"), "here@ours.test").action())
                .isEqualTo(Action.DECLINED);
    }

    @Test
    void asksOnceForAWhile() {
        RcptLdapPlugin plugin = plugin();
        rcpt(plugin, "here@ours.test");
        rcpt(plugin, "nobody@ours.test");
        server.shutDown(true);

        assertThat(rcpt(plugin, "here@ours.test"))
                .isEqualTo(HookResult.pass("known here@ours.test"));
        assertThat(rcpt(plugin, "nobody@ours.test").action()).isEqualTo(Action.DENY);
        assertThat(rcpt(plugin, "other@ours.test").action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void defersOrPassesWithoutServer() {
        server.shutDown(true);

        HookResult deferred = rcpt(plugin(), "here@ours.test");
        assertThat(deferred.action()).isEqualTo(Action.DENYSOFT);
        assertThat(deferred.text())
                .isEqualTo("The recipient cannot be looked up now, try again later (#4.3.0)");
        assertThat(deferred.reason()).startsWith("error: the directory: ");
        assertThat(rcpt(plugin("on_error", "pass"), "here@ours.test").action())
                .isEqualTo(Action.DECLINED);
    }

    @Test
    void goesOnWhenTheServerComesBack() throws Exception {
        RcptLdapPlugin plugin = plugin();
        rcpt(plugin, "here@ours.test");
        server.shutDown(true);
        assertThat(rcpt(plugin, "off@ours.test").action()).isEqualTo(Action.DENYSOFT);

        server.startListening();
        assertThat(rcpt(plugin, "off@ours.test").action())
                .as("left alone")
                .isEqualTo(Action.DENYSOFT);
        transaction.connection().clock().advance(Duration.ofSeconds(5));
        assertThat(rcpt(plugin, "off@ours.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void asksTheNextServer() throws Exception {
        String away;
        try (ServerSocket closed = new ServerSocket(0, 1, loopback())) {
            away = "ldap://127.0.0.1:" + closed.getLocalPort();
        }
        Map<String, Object> both =
                Map.of("base", BASE, "servers", new String[] {away, "ldap://127.0.0.1:" + port});
        try (LdapMailboxes directory =
                new LdapMailboxes(Configs.config(RcptLdapConfig.class, both))) {
            assertThat(directory.find(FakeRecipient.of("here@ours.test").address()).name())
                    .isEqualTo("THERE");
        }
    }

    @Test
    void waitsNoLongerThanTold() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, loopback())) {
            RcptLdapPlugin plugin =
                    plugin(
                            "servers",
                            "ldap://127.0.0.1:" + silent.getLocalPort(),
                            "timeoutMillis",
                            "50");

            assertThat(rcpt(plugin, "here@ours.test").action()).isEqualTo(Action.DENYSOFT);
        }
    }

    @Test
    void bindsWithAPassword() throws IOException {
        String[] right = {
            "bind_dn", BINDER, "password_file", folder.resolve("password").toString()
        };
        assertThat(rcpt(plugin(right), "here@ours.test").action()).isEqualTo(Action.DECLINED);

        Files.writeString(folder.resolve("password"), "wrong\n");
        HookResult refused = rcpt(plugin(right), "here@ours.test");
        assertThat(refused.action()).isEqualTo(Action.DENYSOFT);
        assertThat(refused.reason()).contains("invalid credentials").doesNotContain("wrong");
    }

    @Test
    void speaksTlsWithWhomItTrusts() throws Exception {
        SSLUtil tls = tls("localhost");
        String ca = folder.resolve("localhost.pem").toString();
        InMemoryDirectoryServer whole =
                server(
                        InMemoryListenerConfig.createLDAPSConfig(
                                "tls", loopback(), 0, tls.createSSLServerSocketFactory(), null));
        InMemoryDirectoryServer started =
                server(
                        InMemoryListenerConfig.createLDAPConfig(
                                "start", loopback(), 0, tls.createSSLSocketFactory()));
        String ldaps = "ldaps://localhost:" + whole.getListenPort();
        String ldap = "ldap://localhost:" + started.getListenPort();

        assertThat(rcpt(plugin("servers", ldaps, "caFile", ca), "here@ours.test"))
                .isEqualTo(HookResult.pass("here@ours.test"));
        assertThat(
                        rcpt(
                                        plugin("servers", ldap, "starttls", "true", "caFile", ca),
                                        "here@ours.test")
                                .action())
                .isEqualTo(Action.DECLINED);
        InMemoryDirectoryServer other =
                server(
                        InMemoryListenerConfig.createLDAPSConfig(
                                "other",
                                loopback(),
                                0,
                                tls("other.test").createSSLServerSocketFactory(),
                                null));
        String wrong = "ldaps://localhost:" + other.getListenPort();
        String otherCa = folder.resolve("other.test.pem").toString();
        assertThat(rcpt(plugin("servers", wrong, "caFile", otherCa), "here@ours.test").action())
                .as("trusted, and another host")
                .isEqualTo(Action.DENYSOFT);
        other.shutDown(true);
        assertThat(rcpt(plugin("servers", ldaps), "here@ours.test").action())
                .as("not trusted")
                .isEqualTo(Action.DENYSOFT);
        assertThat(rcpt(plugin("servers", ldap, "starttls", "true"), "here@ours.test").action())
                .as("not trusted")
                .isEqualTo(Action.DENYSOFT);
        assertThat(rcpt(plugin("starttls", "true"), "here@ours.test").action())
                .as("without TLS nothing is said")
                .isEqualTo(Action.DENYSOFT);
        whole.shutDown(true);
        started.shutDown(true);
    }

    /** Makes a certificate for a host, and writes it to a file of its name, too. */
    private SSLUtil tls(String host) throws Exception {
        File file = folder.resolve(host + ".p12").toFile();
        ManageCertificates.main(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                "generate-self-signed-certificate",
                "--keystore",
                file.toString(),
                "--keystore-type",
                "PKCS12",
                "--keystore-password",
                PASSWORD,
                "--alias",
                "mx",
                "--subject-dn",
                "CN=" + host,
                "--subject-alternative-name-dns",
                host);
        KeyStore keys = KeyStore.getInstance(file, PASSWORD.toCharArray());
        String certificate =
                Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getCertificate("mx").getEncoded());
        Files.writeString(
                folder.resolve(host + ".pem"),
                "-----BEGIN CERTIFICATE-----\n" + certificate + "\n-----END CERTIFICATE-----\n");
        return new SSLUtil(new KeyStoreKeyManager(file, PASSWORD.toCharArray()), null);
    }

    @Test
    void namesWrongOptions() {
        assertThatThrownBy(() -> plugin("base", "")).hasMessageStartingWith("base is missing");
        assertThatThrownBy(() -> plugin("servers", "http://a"))
                .hasMessage(
                        "servers: 'http://a' is not ldap://HOST, ldaps://HOST or one with a port");
        assertThatThrownBy(() -> plugin("filter", "(mail=x)"))
                .hasMessageContaining("has neither %s");
        assertThatThrownBy(() -> plugin("filter", "(mail=%s"))
                .hasMessageContaining("is no LDAP filter");
        assertThatThrownBy(() -> plugin("filter", "(mail=%s%x)"))
                .hasMessage("filter: '%x' is not one of %s, %u, %d, %%");
        assertThatThrownBy(() -> plugin("disabled_when", "no"))
                .hasMessageStartingWith("disabled_when 'no' is no LDAP filter");
        assertThatThrownBy(() -> plugin("bind_dn", "cn=a"))
                .hasMessage("bind_dn needs password_file");
        assertThatThrownBy(() -> plugin("bind_dn", "cn=a", "password_file", "/none"))
                .hasMessageStartingWith("password_file '/none' cannot be read");
        assertThatThrownBy(() -> plugin("starttls", "true", "caFile", "/none"))
                .hasMessageStartingWith("caFile '/none' cannot be read");
    }
}
