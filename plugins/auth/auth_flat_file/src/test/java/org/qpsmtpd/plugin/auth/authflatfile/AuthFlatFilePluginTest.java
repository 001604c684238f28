package org.qpsmtpd.plugin.auth.authflatfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.testkit.FakeConnection;

class AuthFlatFilePluginTest {
    private static final String KEYS =
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                    + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    private static final String HASH =
            "$2y$05$ghczntVOv..4Bm9J2qxqielijzqQkseZthFPEbjy2.yVfXmgfaK22";

    private final FakeConnection connection = FakeConnection.create();
    private final AuthFlatFilePlugin plugin = new AuthFlatFilePlugin();

    @BeforeEach
    void write() {
        connection
                .config()
                .set(
                        AuthFlatFilePlugin.FILE,
                        "good@example.com:good_pass",
                        "colon@example.com:with:colon",
                        "tim@example.com:tanstaaftanstaaf",
                        "keys@example.com:" + KEYS,
                        "hash@example.com:" + HASH);
    }

    @AfterEach
    void close() {
        plugin.close();
    }

    private static HookResult answer(HookResult said) {
        return said.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(said);
    }

    private HookResult check(String user, String password) {
        Credentials given = Credentials.withPassword("PLAIN", user, Secret.of(password));
        HookResult plain = answer(plugin.onAuthPlain(connection, given));
        assertThat(answer(plugin.onAuthLogin(connection, given))).isEqualTo(plain);
        return plain;
    }

    @ParameterizedTest
    @CsvSource({
        "good@example.com, good_pass, OK",
        "good@example.com, bad_pass, DENY",
        "good@example.com, good_pass2, DENY",
        "bad@example.com, good_pass, DECLINED",
        "good@example.co, good_pass, DECLINED",
        "good, good_pass, DECLINED",
        ".*@example.com, good_pass, DECLINED",
        "colon@example.com, with:colon, OK",
        "keys@example.com, pencil, OK",
        "keys@example.com, pencils, DENY",
        "hash@example.com, pencil, OK",
        "hash@example.com, pencils, DENY"
    })
    void checksPasswords(String user, String password, Action action) {
        assertThat(check(user, password).action()).isEqualTo(action);
    }

    @Test
    void saysItsNameOnSuccess() {
        assertThat(check("good@example.com", "good_pass").text()).isEqualTo("auth_flat_file");
    }

    @Test
    void knowsNobodyWithoutTheFile() {
        connection.config().delete(AuthFlatFilePlugin.FILE);
        assertThat(check("good@example.com", "good_pass").action()).isEqualTo(Action.DECLINED);
    }

    private Action digest(String user, String digest) {
        byte[] challenge =
                "<1896.697170952@postoffice.reston.mci.net>".getBytes(StandardCharsets.US_ASCII);
        byte[] octets = HexFormat.of().parseHex(digest);
        return answer(
                        plugin.onAuthCramMd5(
                                connection, Credentials.withDigest(user, challenge, octets)))
                .action();
    }

    @Test
    void checksDigests() {
        String good = "b913a602c7eda7a495b4e6e7334d3890";
        assertThat(digest("tim@example.com", good)).isEqualTo(Action.OK);
        assertThat(digest("good@example.com", good)).isEqualTo(Action.DENY);
        assertThat(digest("nobody@example.com", good)).isEqualTo(Action.DECLINED);
        assertThat(digest("keys@example.com", good)).isEqualTo(Action.DECLINED);
        assertThat(digest("hash@example.com", good)).isEqualTo(Action.DECLINED);
        assertThat(plugin.knowsPasswords()).isTrue();
    }

    /** Where all are hashed, a stranger is compared on the same threads, and never found. */
    @Test
    void takesAStrangerForSomeOtherUser() {
        connection.config().set(AuthFlatFilePlugin.FILE, "hash@example.com:" + HASH);
        Credentials given =
                Credentials.withPassword("PLAIN", "nobody@example.com", Secret.of("pencil"));

        HookResult said = plugin.onAuthPlain(connection, given);

        assertThat(said.pending()).isPresent();
        assertThat(answer(said).action()).isEqualTo(Action.DECLINED);
    }

    private boolean isSlow(AuthFlatFilePlugin asked, String user) {
        Credentials given = Credentials.withPassword("PLAIN", user, Secret.of("x"));
        HookResult said = asked.onAuthPlain(connection, given);
        assertThat(answer(said).action()).isEqualTo(Action.DECLINED);
        return said.pending().isPresent();
    }

    /**
     * With a secret it stays the same from start to start, and names tell nothing of each other.
     */
    @Test
    void takesAStrangerForTheSameUserEachTime() {
        connection
                .config()
                .set(
                        AuthFlatFilePlugin.FILE,
                        "clear@example.com:pencil",
                        "hash@example.com:" + HASH)
                .set("auth_secret", "nobody knows");
        AuthFlatFilePlugin other = new AuthFlatFilePlugin();
        Set<Boolean> slow = new HashSet<>();
        boolean differ = false;
        for (int i = 0; i < 40; i++) {
            String user = "Aa" + i + "@example.com";
            slow.add(isSlow(plugin, user));
            assertThat(isSlow(other, user)).isEqualTo(isSlow(plugin, user));
            differ |= isSlow(plugin, user) != isSlow(plugin, user.replace("Aa", "BB"));
        }
        other.close();
        assertThat(slow).hasSize(2);
        assertThat(differ).isTrue();
    }

    @Test
    void offersNoCramMd5ForKeysAlone() {
        connection.config().set(AuthFlatFilePlugin.FILE, "keys@example.com:" + KEYS);
        assertThat(check("keys@example.com", "pencil").action()).isEqualTo(Action.OK);
        assertThat(plugin.knowsPasswords()).isFalse();
    }

    private Optional<StoredKeys> keys(String user) {
        return plugin.onAuthKeys(connection, ScramHash.SHA_256, user).toCompletableFuture().join();
    }

    @Test
    void givesKeys() {
        assertThat(keys("keys@example.com").orElseThrow().format()).isEqualTo(KEYS);
        StoredKeys made = keys("good@example.com").orElseThrow();
        assertThat(made.matches(Secret.of("good_pass"))).isTrue();
        assertThat(keys("good@example.com").orElseThrow().format()).isEqualTo(made.format());
        assertThat(keys("nobody@example.com")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing",
                "user@example.com:",
                "user:hidden",
                "user@example.com:$2y$10$hidden",
                "user@example.com:{SHA}hidden",
                "user@example.com:SCRAM-SHA-256$4096:hidden"
            })
    void refusesALineWithoutShowingItsSecret(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin.checkLine(AuthFlatFilePlugin.FILE, line))
                .withMessageNotContaining("hidden");
    }
}
