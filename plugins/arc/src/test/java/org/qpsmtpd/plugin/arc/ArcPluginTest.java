package org.qpsmtpd.plugin.arc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.mailauth.signature.SigningKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;

/** Messages on their way from a list to whoever reads it. */
class ArcPluginTest {
    private static final String MESSAGE =
            "From: Joe <joe@example.org>\nTo: list@lists.example\nSubject: dinner\n\nHi.\n";
    private static final AuthenticationResult PASSED =
            AuthenticationResult.of("dmarc", "pass").with("header", "from", "example.org");

    private final Path config;
    private final FakeResolver resolver = new FakeResolver();

    ArcPluginTest(@TempDir Path config) {
        this.config = config;
    }

    @BeforeEach
    void keys() throws Exception {
        key("lists.example");
        key("second.example");
    }

    private void key(String domain) throws IOException, NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        byte[] octets = generator.generateKeyPair().getPrivate().getEncoded();
        String pem =
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(octets)
                        + "\n-----END PRIVATE KEY-----\n";
        Path folder = Files.createDirectories(config.resolve("dkim").resolve(domain));
        Files.writeString(folder.resolve("selector"), "s\n");
        Files.writeString(folder.resolve("private"), pem);
        var unused =
                resolver.withTexts(
                        "s._domainkey." + domain, SigningKey.read(domain, "s", pem).record());
    }

    private ArcPlugin plugin(String... settings) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        return new ArcPlugin(Configs.config(ArcConfig.class, values), resolver, List.of(config));
    }

    private static HookResult answer(HookResult result) {
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    private static HookResult verify(ArcPlugin plugin, FakeTransaction transaction) {
        assertThat(plugin.onDataHeadersEnd(transaction)).isEqualTo(HookResult.DECLINED);
        return answer(plugin.onDataPostHeaders(transaction));
    }

    /** The message as a list of this domain hands it on. */
    private String sealed(String domain, String message, AuthenticationResult found) {
        FakeTransaction transaction =
                FakeTransaction.on(FakeConnection.from("192.0.2.1")).withMessage(message);
        ArcPlugin plugin = plugin("seal", domain);
        var unused = verify(plugin, transaction);
        transaction.connection().addAuthenticationResult(found);
        assertThat(answer(plugin.onQueuePre(transaction)))
                .isEqualTo(HookResult.pass("sealed as " + domain + " by s"));
        return transaction.message();
    }

    private static FakeTransaction incoming(String message, String... trusted) {
        FakeConnection client =
                FakeConnection.from("192.0.2.2")
                        .withConfig(new FakeConfig().set("arc_trusted", trusted));
        return FakeTransaction.on(client).withMessage(message);
    }

    @Test
    void passesWhatItSealedAndTellsWhoWasTrusted() {
        String message = sealed("lists.example", MESSAGE, PASSED);
        assertThat(message)
                .startsWith("ARC-Seal: i=1;")
                .contains("\nARC-Message-Signature: i=1;")
                .containsPattern("\nARC-Authentication-Results: i=1; .*;\n arc=none")
                .contains(";\n dmarc=pass header.from=example.org\n");
        FakeTransaction transaction = incoming(message, "lists.example");

        assertThat(verify(plugin(), transaction))
                .isEqualTo(HookResult.pass("lists.example, 1 sets"));
        assertThat(transaction.notes().get(ArcPlugin.RESULT)).contains("pass");
        assertThat(transaction.notes().get(NoteKey.ARC_DMARC_PASS)).contains("lists.example");
        assertThat(transaction.connection().authenticationResults())
                .containsExactly("arc=pass smtp.remote-ip=192.0.2.2");
    }

    @ParameterizedTest
    @CsvSource({
        "lists.example second.example, lists.example",
        "second.example, ''",
        "lists.example, ''",
        "'', ''"
    })
    void trustsASealerThroughThoseAfterHim(String trusted, String whose) {
        String message =
                sealed(
                        "second.example",
                        sealed("lists.example", MESSAGE, PASSED),
                        AuthenticationResult.of("dmarc", "fail"));
        FakeTransaction transaction = incoming(message, trusted.split(" ", -1));

        assertThat(verify(plugin(), transaction))
                .isEqualTo(HookResult.pass("second.example, 2 sets"));
        assertThat(transaction.notes().get(NoteKey.ARC_DMARC_PASS).orElse("")).isEqualTo(whose);
    }

    @Test
    void takesNoWordOfABrokenChain() {
        String message = sealed("lists.example", MESSAGE, PASSED).replace("Hi.", "Ho.");
        FakeTransaction transaction = incoming(message, "lists.example");

        assertThat(verify(plugin(), transaction))
                .isEqualTo(HookResult.DECLINED.because("fail, tolerated: the body was changed"));
        assertThat(transaction.notes().has(NoteKey.ARC_DMARC_PASS)).isFalse();
        assertThat(transaction.connection().authenticationResults())
                .containsExactly(
                        "arc=fail reason=\"the body was changed\" smtp.remote-ip=192.0.2.2");
    }

    @Test
    void saysThatAChainIsBroken() {
        String broken = sealed("lists.example", MESSAGE, PASSED).replace("Hi.", "Ho.");

        String twice = sealed("second.example", broken, PASSED);

        assertThat(twice).startsWith("ARC-Seal: i=2;").contains("cv=fail");
        FakeTransaction again = incoming(twice);
        ArcPlugin third = plugin("seal", "lists.example");
        assertThat(verify(third, again).reason()).startsWith("fail, tolerated: ");
        assertThat(answer(third.onQueuePre(again)))
                .isEqualTo(HookResult.skip("not sealed, the chain was broken before"));
    }

    @Test
    void tellsThatThereIsNoChain() {
        FakeTransaction transaction = incoming(MESSAGE);

        assertThat(verify(plugin(), transaction)).isEqualTo(HookResult.skip("no chain"));
        assertThat(answer(plugin().onQueuePre(transaction))).isEqualTo(HookResult.DECLINED);
        assertThat(transaction.message()).isEqualTo(MESSAGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 5})
    void readsTheRestOfTheBody(int followed) {
        FakeTransaction transaction =
                incoming(sealed("lists.example", MESSAGE, PASSED)).withFollowed(followed);

        assertThat(verify(plugin(), transaction).reason()).startsWith("pass: lists.example");
    }

    @Test
    void addsNothingWhileTheDnsIsAway() {
        String message = sealed("lists.example", MESSAGE, PASSED);
        var unused = resolver.withTexts("s._domainkey.lists.example", Status.FAILED);
        FakeTransaction transaction = incoming(message);
        ArcPlugin plugin = plugin("seal", "second.example");

        assertThat(verify(plugin, transaction).reason()).startsWith("fail, tolerated: ");
        assertThat(answer(plugin.onQueuePre(transaction)).reason())
                .startsWith("skip: not sealed, the DNS");
        assertThat(transaction.message()).isEqualTo(message);
    }

    @Test
    void leavesMailOfOwnClientsAlone() {
        FakeTransaction transaction =
                FakeTransaction.on(FakeConnection.create().relaying()).withMessage(MESSAGE);
        ArcPlugin plugin = plugin("seal", "lists.example");

        assertThat(verify(plugin, transaction)).isEqualTo(HookResult.IMMUNE);
        assertThat(answer(plugin.onQueuePre(transaction))).isEqualTo(HookResult.DECLINED);
        assertThat(transaction.message()).isEqualTo(MESSAGE);
    }

    @Test
    void defersWhatItCannotSeal() {
        FakeTransaction transaction = incoming(MESSAGE);
        ArcPlugin plugin = plugin("seal", "other.example");
        var unused = verify(plugin, transaction);

        HookResult answer = answer(plugin.onQueuePre(transaction));

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("dkim/other.example").contains("dkim keygen");
        assertThat(transaction.connection().logged()).hasSize(1);
    }

    @Test
    void refusesToSealAsWhatIsNoDomain() {
        assertThatThrownBy(() -> plugin("seal", "a b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("seal 'a b' is no domain");
    }
}
