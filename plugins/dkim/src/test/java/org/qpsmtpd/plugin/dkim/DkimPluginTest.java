package org.qpsmtpd.plugin.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.mailauth.server.KeyFolders;
import org.qpsmtpd.mailauth.signature.SigningKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeConsole;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;

final class DkimPluginTest {
    private static final String MESSAGE =
            "From: Joe <joe@example.org>\nTo: sue@example.net\nSubject: dinner\n\nHi.\n";
    private static final String RSA_NAME = "s._domainkey.example.org";
    private static final String ED25519_NAME = "se._domainkey.example.org";

    private static final Map<String, String> MADE = new HashMap<>();

    private final Path config;
    private final FakeResolver resolver = new FakeResolver();
    private final FakeConnection client = FakeConnection.from("192.0.2.1");
    private final Map<String, Object> settings = new HashMap<>();

    DkimPluginTest(@TempDir Path config) {
        this.config = config;
    }

    /** Keys take their time; each test has a copy of these. */
    @BeforeAll
    static void makeKeys(@TempDir Path shared) throws Exception {
        DkimPlugin maker =
                new DkimPlugin(
                        Configs.config(DkimConfig.class, Map.of()),
                        new FakeResolver(),
                        List.of(shared));
        assertThat(FakeConsole.run(maker, "keygen", "example.org", "s").done()).isTrue();
        try (var files = Files.list(shared.resolve("dkim/example.org"))) {
            for (Path file : files.toList()) {
                MADE.put(file.getFileName().toString(), Files.readString(file));
            }
        }
    }

    @BeforeEach
    void keys() throws Exception {
        Files.createDirectories(home());
        for (Map.Entry<String, String> made : MADE.entrySet()) {
            Files.writeString(home().resolve(made.getKey()), made.getValue());
        }
        for (SigningKey key : folders().keys(home())) {
            var unused =
                    resolver.withTexts(key.selector() + "._domainkey.example.org", key.record());
        }
    }

    private Path home() {
        return config.resolve("dkim/example.org");
    }

    private KeyFolders folders() {
        return new KeyFolders(List.of(config));
    }

    private DkimPlugin plugin() {
        return new DkimPlugin(
                Configs.config(DkimConfig.class, settings), resolver, List.of(config));
    }

    private FakeTransaction outgoing(String message) {
        return FakeTransaction.on(FakeConnection.create().relaying())
                .withSender("joe@example.org")
                .withMessage(message);
    }

    private String signed() {
        FakeTransaction transaction = outgoing(MESSAGE);
        assertThat(answer(plugin().onQueuePre(transaction)))
                .isEqualTo(HookResult.pass("signed for example.org by s, se"));
        return transaction.message();
    }

    private FakeTransaction incoming(String message) {
        return FakeTransaction.on(client).withSender("joe@example.org").withMessage(message);
    }

    private static HookResult answer(HookResult result) {
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    /** All hooks of a message's arrival; the answer of the one that tells what was found. */
    private HookResult verify(DkimPlugin plugin, FakeTransaction transaction) {
        assertThat(plugin.onDataHeadersEnd(transaction)).isEqualTo(HookResult.DECLINED);
        return answer(plugin.onDataPostHeaders(transaction));
    }

    @Test
    void verifiesWhatItSigned() {
        FakeTransaction transaction = incoming(signed());

        assertThat(verify(plugin(), transaction)).isEqualTo(HookResult.pass("example.org"));
        assertThat(transaction.notes().get(NoteKey.DKIM_PASS_DOMAINS)).contains("example.org");
        assertThat(transaction.notes().get(DkimPlugin.RESULT)).contains("pass");
        assertThat(transaction.notes().get(DkimPlugin.SIGNATURES))
                .contains("pass example.org s\npass example.org se");
        assertThat(client.authenticationResults()).hasSize(2);
        assertThat(client.authenticationResults().get(0))
                .matches(
                        "dkim=pass header.d=example.org header.s=s header.i=@example.org"
                                + " header.a=rsa-sha256 header.b=\"?[A-Za-z0-9+/]{8}\"?");
        assertThat(resolver.purposes()).containsOnly(DnsPurpose.AUTHENTICATION);
    }

    /** What was not told while it arrived is read. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 6})
    void readsTheRestOfTheBody(int followed) {
        FakeTransaction transaction = incoming(signed()).withFollowed(followed);

        assertThat(verify(plugin(), transaction)).isEqualTo(HookResult.pass("example.org"));
    }

    @Test
    void verifiesWhenItDidNotSeeTheBodyArrive() {
        FakeTransaction transaction = incoming(signed());

        assertThat(answer(plugin().onDataPostHeaders(transaction)))
                .isEqualTo(HookResult.pass("example.org"));
    }

    @Test
    void asksForKeysWhenTheHeaderIsThere() {
        FakeTransaction transaction = incoming(signed());
        var unused = plugin().onDataHeadersEnd(transaction);
        assertThat(resolver.questions()).hasSize(2).allMatch(q -> q.contains("_domainkey"));
    }

    @Test
    void tellsThatTheBodyWasChanged() {
        FakeTransaction transaction = incoming(signed().replace("Hi.", "Ho."));

        assertThat(verify(plugin(), transaction))
                .isEqualTo(
                        HookResult.DECLINED
                                .because("fail, tolerated: the body was changed (example.org)")
                                .withKarma(-1));
        assertThat(transaction.notes().has(NoteKey.DKIM_PASS_DOMAINS)).isFalse();
        assertThat(client.authenticationResults().get(0))
                .startsWith("dkim=fail reason=\"the body was changed\" header.d=example.org");
        assertThat(plugin().onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void saysThatThereIsNoSignature() {
        FakeTransaction transaction = incoming(MESSAGE);
        assertThat(verify(plugin(), transaction)).isEqualTo(HookResult.skip("no signature"));
        assertThat(client.authenticationResults()).containsExactly("dkim=none");
        assertThat(transaction.notes().get(DkimPlugin.RESULT)).contains("none");
    }

    @Test
    void refusesWhatHasNoValidSignatureAmongSome() {
        settings.put("reject", "1");
        DkimPlugin plugin = plugin();
        FakeTransaction bad = incoming(signed().replace("Hi.", "Ho."));
        FakeTransaction good = incoming(signed());
        FakeTransaction none = incoming(MESSAGE);
        for (FakeTransaction each : List.of(bad, good, none)) {
            var unused = verify(plugin, each);
        }
        assertThat(plugin.onDataPost(bad).text())
                .isEqualTo("signature invalid: the body was changed (example.org)");
        assertThat(plugin.onDataPost(bad).action()).isEqualTo(Action.DENY);
        assertThat(plugin.onDataPost(good)).isEqualTo(HookResult.DECLINED);
        assertThat(plugin.onDataPost(none)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void defersWhenTheDnsDoesNotAnswer() {
        settings.put("reject", "1");
        var unused =
                resolver.withTexts(RSA_NAME, Status.FAILED).withTexts(ED25519_NAME, Status.NO_NAME);
        DkimPlugin plugin = plugin();
        FakeTransaction transaction = incoming(signed());

        assertThat(verify(plugin, transaction).karma()).isZero();
        assertThat(plugin.onDataPost(transaction).action()).isEqualTo(Action.DENYSOFT);
        assertThat(client.authenticationResults().get(0))
                .startsWith("dkim=temperror reason=\"the DNS does not answer for the key\"");
    }

    @Test
    void defersWhatCouldNotBeVerifiedInTime() {
        settings.put("reject", "1");
        var unused = resolver.holding();
        DkimPlugin plugin = plugin();
        FakeTransaction transaction = incoming(signed());

        var begun = plugin.onDataHeadersEnd(transaction);
        HookResult later = plugin.onDataPostHeaders(transaction);
        assertThat(begun).isEqualTo(HookResult.DECLINED);
        assertThat(later.pending().orElseThrow().otherwise().reason())
                .isEqualTo("error: no answer of the DNS within 10 s");
        assertThat(plugin.onDataPost(transaction).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void takesNoNoticeOfADomainThatTriesItOut() {
        for (String name : List.of(RSA_NAME, ED25519_NAME)) {
            var unused = resolver.withTexts(name, "t=y; p=AAAA");
        }
        String record = "v=DKIM1; t=y; k=rsa; ";
        String rsa = rsaRecord().replace("v=DKIM1; k=rsa; ", record);
        var unused = resolver.withTexts(RSA_NAME, rsa).withTexts(ED25519_NAME, Status.NO_NAME);
        settings.put("reject", "1");
        DkimPlugin plugin = plugin();
        FakeTransaction transaction =
                incoming(signed().replaceFirst("(?s)DKIM-Signature: v=1; a=ed.*?\n(?=\\S)", ""));

        assertThat(verify(plugin, transaction)).isEqualTo(HookResult.skip("no signature"));
        assertThat(client.authenticationResults().get(0)).startsWith("dkim=pass header.d=");
        assertThat(transaction.notes().has(NoteKey.DKIM_PASS_DOMAINS)).isFalse();
    }

    private String rsaRecord() {
        try {
            return folders().keys(home()).get(0).record();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void leavesImmuneClientsAlone() {
        FakeTransaction transaction = outgoing(signed());
        assertThat(verify(plugin(), transaction)).isEqualTo(HookResult.IMMUNE);
        assertThat(resolver.questions()).isEmpty();
        assertThat(plugin().onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void doesNotSignForStrangers() {
        FakeTransaction transaction = incoming(MESSAGE);
        assertThat(answer(plugin().onQueuePre(transaction))).isEqualTo(HookResult.DECLINED);
        assertThat(transaction.message()).isEqualTo(MESSAGE);
    }

    @Test
    void signsNothingWhenToldSo() {
        settings.put("sign", "false");
        assertThat(answer(plugin().onQueuePre(outgoing(MESSAGE)))).isEqualTo(HookResult.DECLINED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "joe@example.org",
                "joe@EXAMPLE.org",
                "joe@deep.sub.example.org",
                "\"a@b\" <joe@example.org>",
                "joe@example.org (a comment)"
            })
    void findsTheKeyOfTheAuthor(String from) {
        FakeTransaction transaction =
                outgoing("From: " + from + "\n\nHi.\n").withSender("a@other.example");
        assertThat(answer(plugin().onQueuePre(transaction)).reason())
                .isEqualTo("pass: signed for example.org by s, se");
    }

    @ParameterizedTest
    @ValueSource(strings = {"From: x@other.example\n", "From: none\n", "From: x@../..\n", "X: y\n"})
    void findsTheKeyOfTheSenderOtherwise(String from) {
        assertThat(answer(plugin().onQueuePre(outgoing(from + "\nHi.\n"))).reason())
                .isEqualTo("pass: signed for example.org by s, se");
    }

    @Test
    void skipsWithoutAKey() {
        FakeTransaction transaction =
                outgoing("From: a@b.example\n\nHi.\n").withSender("c@d.example");
        assertThat(answer(plugin().onQueuePre(transaction)))
                .isEqualTo(HookResult.skip("no key for b.example or d.example"));
        FakeTransaction nobody = outgoing("X: y\n\nHi.\n").withSender("");
        assertThat(answer(plugin().onQueuePre(nobody))).isEqualTo(HookResult.skip("no key for it"));
    }

    @Test
    void signsAsTheDomainOfALinkedFolder() throws IOException {
        var unused = Files.createSymbolicLink(home().resolveSibling("other.example"), home());
        FakeTransaction transaction = outgoing("From: a@other.example\n\nHi.\n");
        assertThat(answer(plugin().onQueuePre(transaction)).reason())
                .isEqualTo("pass: signed for example.org by s, se");
    }

    @Test
    void readsKeysAnewWhenTheyChange() throws IOException {
        DkimPlugin plugin = plugin();
        assertThat(answer(plugin.onQueuePre(outgoing(MESSAGE))).reason()).endsWith("by s, se");
        var unused = Files.writeString(home().resolve("selector"), "# one\n\nother\n");
        assertThat(answer(plugin.onQueuePre(outgoing(MESSAGE))).reason()).endsWith("by other");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "private | hello | the key is not base64",
                "selector | a/b | is no selector",
                "selector | '' | has no selector, or more than 10",
                "s.private | '-----BEGIN X-----' | the end of the key is missing",
            })
    void defersWhatCannotBeSigned(String file, String text, String fault) throws IOException {
        Path written = Files.writeString(home().resolve(file), text);
        FakeTransaction transaction = outgoing(MESSAGE);
        HookResult result = answer(plugin().onQueuePre(transaction));
        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.reason()).contains(written.toString(), fault);
        assertThat(transaction.connection().logged()).singleElement().asString().contains(fault);
    }

    @Test
    void makesKeysForOnesOwnEyes() throws Exception {
        FakeConsole.Answer answer = FakeConsole.run(plugin(), "keygen", "example.net");
        assertThat(answer.text())
                .contains("for the zone:\n", "._domainkey.example.net. TXT ( \"v=DKIM1; k=rsa; p=")
                .contains("e._domainkey.example.net. TXT ( \"v=DKIM1; k=ed25519; p=");
        Path folder = config.resolve("dkim/example.net");
        for (Path file : List.of(folder, folder.resolve("private"), folder.resolve("selector"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .endsWith("------");
        }
        assertThatThrownBy(() -> FakeConsole.run(plugin(), "keygen", "example.net"))
                .hasMessage(folder + " is there; remove it to make new keys");
    }

    @Test
    void checksTheRecords() throws Exception {
        assertThat(FakeConsole.run(plugin(), "check", "example.org").text())
                .isEqualTo(
                        """
                        s._domainkey.example.org rsa: the record fits
                        se._domainkey.example.org ed25519: the record fits
                        """);
        var unused = resolver.withTexts(RSA_NAME, Status.NO_NAME);
        FakeConsole.Answer answer = FakeConsole.run(plugin(), "check", "example.org");
        assertThat(answer.done()).isFalse();
        assertThat(answer.text())
                .startsWith("s._domainkey.example.org rsa: there is no such key\n")
                .contains("s._domainkey.example.org. TXT ( \"v=DKIM1; k=rsa; p=");
    }

    @Test
    void findsAnotherKeyInTheRecord() throws Exception {
        assertThat(FakeConsole.run(plugin(), "keygen", "example.net", "s").done()).isTrue();
        SigningKey other = folders().keys(config.resolve("dkim/example.net")).get(0);
        var unused = resolver.withTexts(RSA_NAME, other.record());
        assertThat(FakeConsole.run(plugin(), "check", "example.org").text())
                .startsWith("s._domainkey.example.org rsa: the record holds another key\n");
    }

    @Test
    void saysThatThereIsNoKey() throws Exception {
        assertThat(FakeConsole.run(plugin(), "check", "example.com").text())
                .startsWith("there is no key for example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"keygen", "check", "list", "check ../x", "keygen localhost", "check a b"})
    void saysWhatItUnderstands(String words) {
        assertThatThrownBy(() -> FakeConsole.run(plugin(), words.split(" ")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "canonicalization,relaxed",
        "canonicalization,a/b",
        "reject,maybe",
        "reject_type,x"
    })
    void refusesAWrongSetting(String option, String value) {
        settings.put(option, value);
        assertThatThrownBy(this::plugin).hasMessageStartingWith(option + " '");
    }
}
