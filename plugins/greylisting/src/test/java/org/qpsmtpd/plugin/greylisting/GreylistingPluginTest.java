package org.qpsmtpd.plugin.greylisting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.session.Fingerprint;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeStore;
import org.qpsmtpd.testkit.FakeStores;
import org.qpsmtpd.testkit.FakeTransaction;

class GreylistingPluginTest {
    private static final String TEXT = "This mail is temporarily denied";
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final long NOW = FakeClock.START.getEpochSecond();

    private final FakeClock clock = new FakeClock();
    private final FakeStores stores = new FakeStores(clock);
    private final FakeStore store = stores.open("greylist");
    private final Path folder;
    private FakeConnection connection = from("192.168.1.1");

    GreylistingPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private FakeConnection from(String ip) {
        return FakeConnection.from(ip).withClock(clock);
    }

    /** Options of the plugin, those of {@code reject} among them. */
    private GreylistingPlugin plugin(Object... options) {
        Map<String, Object> own = new HashMap<>();
        Map<String, Object> reject = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            String name = String.valueOf(options[i]);
            (name.startsWith("reject") ? reject : own).put(name, options[i + 1]);
        }
        return new GreylistingPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(GreylistingConfig.class, own),
                stores,
                new FakePatterns(),
                new Home(folder));
    }

    private static final String NO_STORE = "error: UNABLE TO OBTAIN GREYLIST RESULT: no store";

    private record Home(Path directory) implements ServerHome {
        @Override
        public String name() {
            return "";
        }

        @Override
        public List<Path> configDirectories() {
            return List.of(directory.resolve("config"));
        }

        @Override
        public Path state(String owner) {
            return directory.resolve(owner);
        }

        @Override
        public Config config() {
            return new FakeConfig();
        }
    }

    private FakeTransaction transaction() {
        return FakeTransaction.on(connection).withSender("user@example.com");
    }

    private HookResult mail(GreylistingPlugin plugin) throws Exception {
        return mail(plugin, transaction());
    }

    private HookResult mail(GreylistingPlugin plugin, FakeTransaction transaction)
            throws Exception {
        return settled(plugin.onMail(transaction, transaction.sender(), Parameters.NONE));
    }

    private HookResult rcpt(GreylistingPlugin plugin, FakeTransaction transaction, String to)
            throws Exception {
        FakeRecipient recipient =
                FakeRecipient.of(to).withConfig(connection.configFor(Address.of(to)));
        return settled(plugin.onRcpt(transaction, recipient));
    }

    private static HookResult settled(HookResult result) throws Exception {
        HookResult now = result;
        while (now.pending().isPresent()) {
            now = now.pending().get().answer().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
        return now;
    }

    private String entry(String key) {
        return store.get(key).toCompletableFuture().join().orElse("none");
    }

    @Test
    void defersUntilTheSenderComesAgain() throws Exception {
        GreylistingPlugin plugin = plugin();
        assertThat(mail(plugin)).isEqualTo(HookResult.denySoft(TEXT, "initial DENYSOFT, unknown"));

        clock.advance(MINUTE.multipliedBy(49));
        assertThat(mail(plugin))
                .isEqualTo(HookResult.denySoft(TEXT, "black DENYSOFT - 1 deferred connections"));
        assertThat(entry("3232235777")).isEqualTo(NOW + ":1:1:0");

        clock.advance(MINUTE.multipliedBy(2));
        assertThat(mail(plugin)).isEqualTo(HookResult.pass("grey"));
        assertThat(mail(plugin)).isEqualTo(HookResult.pass("white, 2 deliveries"));
        assertThat(entry("3232235777")).isEqualTo((NOW + 51 * 60) + ":1:1:2");

        clock.advance(Duration.ofDays(36));
        assertThat(mail(plugin).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void eachMessageThatPassesRefreshesTheEntry() throws Exception {
        GreylistingPlugin plugin = plugin();
        mail(plugin);
        clock.advance(Duration.ofHours(1));
        mail(plugin);
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofDays(30));
            assertThat(mail(plugin).action()).isEqualTo(Action.DECLINED);
        }
        assertThat(store.life("3232235777")).isEqualTo(Duration.ofDays(36));
    }

    @Test
    void startsAnewAfterTheGreyTime() throws Exception {
        GreylistingPlugin plugin = plugin("grey_timeout", 12_000L);
        mail(plugin);
        assertThat(store.life("3232235777")).isEqualTo(Duration.ofMinutes(200));

        clock.advance(Duration.ofSeconds(12_001));

        assertThat(mail(plugin).reason()).isEqualTo("fail: initial DENYSOFT, unknown");
    }

    @ParameterizedTest
    @CsvSource({"-60, 'pass: white, 4 deliveries'", "-3110500, 'fail: initial DENYSOFT, unknown'"})
    void readsImportedEntries(long age, String reason) throws Exception {
        store.set("3232235777", (NOW + age) + ":1:2:3", Duration.ofDays(400));

        assertThat(mail(plugin()).reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "1:2", "x:y:z:w"})
    void startsAnewWithADamagedEntry(String value) throws Exception {
        store.set("3232235777", value, Duration.ofDays(1));

        assertThat(mail(plugin()).reason()).isEqualTo("fail: initial DENYSOFT, unknown");
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, false, none",
        "true, false, false, 3232235777",
        "true, true, false, 3232235777:user@example.com",
        "true, true, true, 3232235777:user@example.com:user@example.com"
    })
    void makesTheKeyOfWhatIsSelected(boolean ip, boolean sender, boolean rcpt, String key) {
        Terms terms = new Terms(ip, sender, rcpt, 1, 0, 100, true);
        GreyKeys keys = new GreyKeys(Configs.config(GreylistingConfig.class));
        Address address = Address.of("user@example.com");

        assertThat(keys.of(transaction(), address, Optional.of(address), terms).orElse("none"))
                .isEqualTo(key);
    }

    @Test
    void asksNothingWithoutAKey() throws Exception {
        assertThat(mail(plugin("remote_ip", false)))
                .isEqualTo(HookResult.skip("nothing is selected for the key"));
    }

    @Test
    void countsNetworks() throws Exception {
        GreylistingPlugin plugin = plugin("ipv4_prefix", 24);
        mail(plugin);
        connection = from("192.168.1.77");
        assertThat(mail(plugin).reason()).contains("black DENYSOFT");
        connection = from("2001:db8::1");
        mail(plugin);
        connection = from("2001:db8::ffff:1");

        assertThat(mail(plugin).reason()).contains("black DENYSOFT");
    }

    @Test
    void shortensALongKey() throws Exception {
        FakeTransaction transaction =
                FakeTransaction.on(connection).withSender("ü".repeat(300) + "@example.com");

        assertThat(mail(plugin("sender", true), transaction).action()).isEqualTo(Action.DENYSOFT);
        assertThat(mail(plugin("sender", true), transaction).reason()).contains("black");
    }

    @Test
    void aDomainThatSpfVouchesForStandsForItsHosts() throws Exception {
        GreylistingPlugin plugin = plugin("domain", true);
        mail(plugin, transaction().withNote(NoteKey.SPF_PASS_HOST, "example.com"));
        connection = from("203.0.113.9");

        HookResult again =
                mail(plugin, transaction().withNote(NoteKey.SPF_PASS_HOST, "example.com"));

        assertThat(again.reason()).contains("black DENYSOFT");
        assertThat(mail(plugin).reason()).contains("initial");
    }

    @Test
    void judgesByDkimAfterTheMessage() throws Exception {
        GreylistingPlugin plugin = plugin("domain", true, "deny_late", "message");
        FakeTransaction first =
                transaction()
                        .withRecipient("a@example.net")
                        .withNote(NoteKey.DKIM_PASS_DOMAINS, "list.example.org example.com");
        assertThat(mail(plugin, first)).isEqualTo(HookResult.DECLINED);
        assertThat(settled(plugin.onDataPost(first)).action()).isEqualTo(Action.DENYSOFT);
        assertThat(entry("example.com")).isEqualTo(NOW + ":1:0:0");

        clock.advance(Duration.ofHours(1));
        connection = from("203.0.113.9");
        FakeTransaction second =
                transaction()
                        .withRecipient("a@example.net")
                        .withNote(NoteKey.DKIM_PASS_DOMAINS, "example.com");
        assertThat(settled(plugin.onDataPost(second))).isEqualTo(HookResult.pass("grey"));
    }

    @Test
    void oneUnknownRecipientDefersTheMessage() throws Exception {
        GreylistingPlugin plugin = plugin("recipient", true, "deny_late", "message");
        FakeTransaction known = transaction().withRecipient("a@example.net");
        settled(plugin.onDataPost(known));
        clock.advance(Duration.ofHours(1));
        assertThat(settled(plugin.onDataPost(known)).action()).isEqualTo(Action.DECLINED);

        FakeTransaction both =
                transaction().withRecipient("b@example.net").withRecipient("a@example.net");

        assertThat(settled(plugin.onDataPost(both)).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void aNetworkWhoseSendersCameAgainNeedsNoMoreWait() throws Exception {
        GreylistingPlugin plugin = plugin("sender", true, "auto_allow", 2);
        for (String sender : List.of("a@example.com", "b@example.com", "c@example.com")) {
            FakeTransaction transaction = FakeTransaction.on(connection).withSender(sender);
            boolean known = sender.startsWith("c");
            connection = from("192.168.1.9");
            assertThat(mail(plugin, transaction).action())
                    .isEqualTo(known ? Action.DECLINED : Action.DENYSOFT);
            clock.advance(Duration.ofHours(1));
            assertThat(mail(plugin, transaction).action()).isEqualTo(Action.DECLINED);
        }
        assertThat(entry("network=192.168.1.0/24")).endsWith(":2");
    }

    @Test
    void sendersOfOneHourCountOnce() throws Exception {
        GreylistingPlugin plugin = plugin("sender", true, "auto_allow", 2);
        List<FakeTransaction> all =
                List.of(
                        FakeTransaction.on(connection).withSender("a@example.com"),
                        FakeTransaction.on(connection).withSender("b@example.com"));
        for (FakeTransaction one : all) {
            mail(plugin, one);
        }
        clock.advance(Duration.ofHours(1));
        for (FakeTransaction one : all) {
            mail(plugin, one);
        }
        assertThat(entry("network=192.168.1.0/24")).endsWith(":1");
    }

    @Test
    void leavesImmuneOnesAlone() throws Exception {
        connection.setRelayClient(true);

        assertThat(mail(plugin())).isEqualTo(HookResult.skip("immune"));
    }

    @ParameterizedTest
    @CsvSource({
        "genre|Lindows, false",
        "genre|Windows, true",
        "distance|8, true",
        "distance|9, false",
        "link|dsl, true",
        "link|ethernet, false",
        "uptime|100, true",
        "uptime|50, false",
        "genre|Lindows|link|dsl, true"
    })
    void greylistsMachinesByTheirFingerprint(String p0f, boolean greylisted) throws Exception {
        connection.notes().put(NoteKey.P0F, new Fingerprint("Windows 7 or 8", "DSL", 9, 99));

        HookResult result = mail(plugin("p0f", p0f.split("\\|")));

        assertThat(result.action()).isEqualTo(greylisted ? Action.DENYSOFT : Action.DECLINED);
    }

    @Test
    void aMissingFingerprintDoesNotMatch() throws Exception {
        String[] genre = {"genre", "Windows"};

        assertThat(mail(plugin("p0f", genre))).isEqualTo(HookResult.skip("p0f does not match"));
    }

    @ParameterizedTest
    @CsvSource({"US, true", "us, true", "hu, true", "PK, false", "ru, false"})
    void countriesNeedNotWait(String country, boolean exempt) throws Exception {
        connection.notes().put(NoteKey.GEOIP_COUNTRY, country);
        String[] listed = {"US", "UK", "HU"};

        assertThat(mail(plugin("geoip", listed)).action())
                .isEqualTo(exempt ? Action.DECLINED : Action.DENYSOFT);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.1.1, mta1234.siol.net, false",
        "194.7.234.142, Unknown, true",
        "194.7.234.143, Unknown, false",
        "198.51.100.8, Unknown, true",
        "10.1.1.1, postini.com, true",
        "10.1.1.1, s1.postini.com, true",
        "10.1.1.1, xpostini.com, false",
        "10.1.1.1, mta2.siol.net, true"
    })
    void clientsInAFileNeedNotWait(String ip, String host, boolean exempt) throws Exception {
        Files.writeString(
                folder.resolve("postgrey_whitelist_clients"),
                """
                # from Postgrey
                194.7.234.142
                198.51.100.0/24
                postini.com   # a remark
                /^mta[12].siol.net$/
                /broken(/
                not a host
                """);
        connection = from(ip).withRemoteHost(host);
        connection.config().set("greylist_exclude_files", "./postgrey_whitelist_clients");

        assertThat(mail(plugin()).action()).isEqualTo(exempt ? Action.DECLINED : Action.DENYSOFT);
    }

    @Test
    void aMissingFileExemptsNobody() throws Exception {
        connection.config().set("greylist_exclude_files", "./nowhere");

        assertThat(mail(plugin()).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void refusesAtDataWhatWasLeftForIt() throws Exception {
        GreylistingPlugin plugin = plugin("deny_late", "1");
        FakeTransaction transaction = transaction();
        assertThat(plugin.onData(transaction)).isEqualTo(HookResult.DECLINED);

        assertThat(mail(plugin, transaction).reason())
                .isEqualTo("fail, left for DATA: initial DENYSOFT, unknown");

        assertThat(plugin.onData(transaction)).isEqualTo(HookResult.DECLINED);
        transaction.withRecipient("a@example.net");
        transaction.notes().put(NoteKey.WHITELIST_RCPT, 2);
        assertThat(plugin.onData(transaction))
                .isEqualTo(HookResult.denySoft(TEXT, "initial DENYSOFT, unknown"));
        transaction.notes().put(NoteKey.WHITELIST_RCPT, 1);
        assertThat(plugin.onData(transaction).action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void recipientsAreJudgedAtRcpt() throws Exception {
        GreylistingPlugin plugin = plugin("recipient", true);
        FakeTransaction transaction = transaction();

        assertThat(mail(plugin, transaction)).isEqualTo(HookResult.DECLINED);
        assertThat(rcpt(plugin, transaction, "a@example.net").text()).isEqualTo(TEXT);
        assertThat(entry("3232235777:a@example.net")).isEqualTo(NOW + ":1:0:0");
    }

    @Test
    void theNullSenderIsRefusedAtData() throws Exception {
        GreylistingPlugin plugin = plugin("recipient", true);
        FakeTransaction bounce = FakeTransaction.on(connection).withSender("");

        assertThat(rcpt(plugin, bounce, "a@example.net").action()).isEqualTo(Action.DECLINED);
        bounce.withRecipient("a@example.net");
        assertThat(plugin.onData(bounce).text()).isEqualTo(TEXT);
    }

    @Test
    void aRecipientMayHaveSettingsOfItsOwn() throws Exception {
        GreylistingPlugin plugin = plugin("per_recipient", true, "sender", true);
        FakeConfig own = new FakeConfig().set("denysoft_greylist", "reject 0", "sender 0");
        connection.withConfigFor("a@example.net", own);

        assertThat(rcpt(plugin, transaction(), "b@example.net").text()).isEqualTo(TEXT);
        assertThat(rcpt(plugin, transaction(), "a@example.net").reason())
                .isEqualTo("fail, tolerated: initial DENYSOFT, unknown");
        assertThat(entry("3232235777")).isEqualTo(NOW + ":1:0:0");
    }

    @Test
    void theFileChangesTimes() throws Exception {
        connection.config().set("denysoft_greylist", "black_timeout 60", "nonsense");
        GreylistingPlugin plugin = plugin();
        mail(plugin);
        clock.advance(Duration.ofSeconds(61));

        assertThat(mail(plugin)).isEqualTo(HookResult.pass("grey"));
    }

    @ParameterizedTest
    @CsvSource({
        "reject, 0, 'fail, tolerated: initial DENYSOFT, unknown'",
        "mode, testonly, 'fail, tolerated: initial DENYSOFT, unknown'",
        "mode, off, 'skip: mode off'"
    })
    void maintainsTheEntriesWithoutRefusing(String option, String value, String start)
            throws Exception {
        HookResult result = mail(plugin(option, value));

        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.reason()).startsWith(start);
        assertThat(entry("3232235777").equals("none")).isEqualTo(value.equals("off"));
    }

    @Test
    void passesWhenTheStoreIsDown() throws Exception {
        store.fail("no store");

        assertThat(mail(plugin())).isEqualTo(HookResult.DECLINED.because(NO_STORE));
        assertThat(mail(plugin("auto_allow", 3))).isEqualTo(HookResult.DECLINED.because(NO_STORE));
    }

    @Test
    void defersWhenTheStoreIsDownIfAsked() throws Exception {
        store.fail("no store");

        assertThat(mail(plugin("on_error", "defer")))
                .isEqualTo(HookResult.denySoft(TEXT).because(NO_STORE));
    }

    @Test
    void anotherServerSeesTheEntry() throws Exception {
        GreylistingPlugin one = plugin();
        GreylistingPlugin other = plugin();
        mail(one);
        clock.advance(Duration.ofHours(1));

        assertThat(mail(other)).isEqualTo(HookResult.pass("grey"));
    }

    @ParameterizedTest
    @CsvSource({"host, host:6379", "asdf:1234, asdf:1234"})
    void saysWhereRedisBelongs(String given, String written) {
        Map<String, Object> options = Map.of("redis", given);

        assertThat(GreylistingPlugin.remarks(Configs.config(GreylistingConfig.class, options)))
                .containsExactly(
                        "option redis has no effect, write redis://"
                                + written
                                + " into config/store");
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        String[] odd = {"genre"};
        assertThatThrownBy(() -> plugin("p0f", odd))
                .hasMessage("p0f 'genre' is not NAME,VALUE,NAME,VALUE");
        assertThatThrownBy(() -> plugin("deny_late", "maybe"))
                .hasMessage("deny_late 'maybe' is not one of 0, 1, message");
        assertThatThrownBy(() -> plugin("grey_timeout", 60L))
                .hasMessageStartingWith("black_timeout 3000 is not less than grey_timeout");
    }

    @Test
    void checksItsFile() {
        GreylistingPlugin plugin = plugin();

        plugin.checkLine("denysoft_greylist", "white_timeout 100000");
        plugin.checkLine("greylist_exclude_files", "/etc/postgrey/whitelist_clients");
        assertThatThrownBy(() -> plugin.checkLine("denysoft_greylist", "white_timeout x"))
                .hasMessageStartingWith("'x' is not a number of seconds");
        assertThatThrownBy(() -> plugin.checkLine("denysoft_greylist", "p0f x"))
                .hasMessageStartingWith("'p0f' is not one of remote_ip, ");
    }
}
