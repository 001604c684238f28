package org.qpsmtpd.mailauth.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.Canonicalization;
import org.qpsmtpd.mailauth.signature.KeyZone;
import org.qpsmtpd.mailauth.signature.MessageText;
import org.qpsmtpd.mailauth.signature.SigningKey;

final class DkimSigningTest {
    private static final KeyPair RSA = pair("RSA", 2048);
    private static final KeyPair ED25519 = pair("Ed25519", 255);
    private static final String DOMAIN = "example.org";
    private static final String MESSAGE =
            """
            Received: by here
            From: Joe <joe@example.org>
            TO:  sue@example.net,
            \tjim@example.net
            Subject:dinner \t ?

             Hi.\t\s

            We  lost.


            """
                    .replace("\n", "\r\n");

    private final KeyZone zone =
            new KeyZone()
                    .with("r._domainkey.example.org", "v=DKIM1; k=rsa; p=" + base64(RSA, 0))
                    .with("e._domainkey.example.org", "k=ed25519; p=" + base64(ED25519, 12));

    private static KeyPair pair(String type, int size) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
            generator.initialize(size);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(KeyPair pair, int offset) {
        PublicKey key = pair.getPublic();
        byte[] octets = key.getEncoded();
        return Base64.getEncoder()
                .encodeToString(Arrays.copyOfRange(octets, offset, octets.length));
    }

    private static List<SigningKey> keys() {
        return List.of(
                new SigningKey(DOMAIN, "r", Algorithm.RSA, RSA.getPrivate()),
                new SigningKey(DOMAIN, "e", Algorithm.ED25519, ED25519.getPrivate()));
    }

    private static String signed(String message, DkimForm form) {
        byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
        MessageText text = new MessageText(octets);
        DkimSigning signing = new DkimSigning(form);
        signing.body(octets, text.bodyStart(), octets.length - text.bodyStart());
        List<String> fields = new ArrayList<>();
        signing.sign(text.fields(), keys(), Verifying.NOW.instant())
                .forEach(value -> fields.add("DKIM-Signature: " + value + "\r\n"));
        return String.join("", fields) + message;
    }

    private List<String> verdicts(String message) {
        return Verifying.words(
                Verifying.verify(message.getBytes(StandardCharsets.ISO_8859_1), zone));
    }

    @ParameterizedTest
    @CsvSource({"SIMPLE,SIMPLE", "SIMPLE,RELAXED", "RELAXED,SIMPLE", "RELAXED,RELAXED"})
    void signsByEachKeyInEachForm(Canonicalization header, Canonicalization body) {
        String signed = signed(MESSAGE, DkimForm.USUAL.in(header, body));

        assertThat(verdicts(signed)).containsExactly("pass", "pass");
        assertThat(signed.lines()).allMatch(line -> line.length() <= 78);
        assertThat(verdicts(signed.replace("We  lost", "We won"))).containsExactly("fail", "fail");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n",
                "\r\n\r\n",
                "x",
                " ",
                "\t\r\n",
                "x\r",
                "\r\n x\r\n \r\n",
                "\u00e9\0"
            })
    void signsAnyBody(String body) {
        for (Canonicalization form : Canonicalization.values()) {
            String signed = signed("From: a@b.c\r\n\r\n" + body, DkimForm.USUAL.in(form, form));
            assertThat(verdicts(signed)).containsExactly("pass", "pass");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"From", "Subject", "To", "Cc", "Reply-To", "Content-Type"})
    void nothingCanBeAddedToWhatTheAuthorSays(String name) {
        String signed = signed(MESSAGE, DkimForm.USUAL);
        assertThat(verdicts(name + ": other\r\n" + signed)).containsExactly("fail", "fail");
        assertThat(verdicts("X-Other: other\r\n" + signed)).containsExactly("pass", "pass");
    }

    @Test
    void signsAllFieldsOfAName() {
        String signed = signed("Cc: one\r\nCc: two\r\n" + MESSAGE, DkimForm.USUAL);
        assertThat(verdicts(signed)).containsExactly("pass", "pass");
        assertThat(verdicts(signed.replace("Cc: one\r\n", ""))).containsExactly("fail", "fail");
        assertThat(verdicts(signed.replace("Cc: two\r\n", ""))).containsExactly("fail", "fail");
    }

    @Test
    void expires() {
        String signed = signed(MESSAGE, DkimForm.USUAL.lasting(Duration.ofDays(7)));
        assertThat(signed).contains(" t=1796040000; x=1796644800;");
        assertThat(verdicts(signed)).containsExactly("pass", "pass");
    }

    @Test
    void fromMustBeSigned() {
        DkimForm usual = DkimForm.USUAL;
        assertThatThrownBy(
                        () ->
                                new DkimForm(
                                        usual.headerForm(),
                                        usual.bodyForm(),
                                        List.of("to"),
                                        List.of(),
                                        true,
                                        Duration.ZERO))
                .hasMessage("From and all closed names must be signed");
    }

    @Test
    void readsKeysInEveryForm() {
        String rsa = Base64.getMimeEncoder().encodeToString(RSA.getPrivate().getEncoded());
        byte[] ed25519 = ED25519.getPrivate().getEncoded();
        String alone = Base64.getEncoder().encodeToString(Arrays.copyOfRange(ed25519, 16, 48));
        String pem = "-----BEGIN PRIVATE KEY-----\n" + rsa + "\n-----END PRIVATE KEY-----\n";

        byte[] framed = RSA.getPrivate().getEncoded();
        String inner =
                Base64.getEncoder().encodeToString(Arrays.copyOfRange(framed, 26, framed.length));
        String old = "-----BEGIN RSA PRIVATE KEY-----" + inner + "-----END RSA PRIVATE KEY-----";

        assertThat(SigningKey.read(DOMAIN, "r", old)).isEqualTo(keys().get(0));
        assertThat(SigningKey.read(DOMAIN, "r", pem)).isEqualTo(keys().get(0));
        assertThat(SigningKey.read(DOMAIN, "e", alone + "\n")).isEqualTo(keys().get(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hello | the key is not base64",
                "aGVsbG8= | it is no key in PEM",
                "-----BEGIN PRIVATE KEY-----  | the end of the key is missing",
                "-----BEGIN PRIVATE KEY-----aGVsbG8=-----END PRIVATE KEY-----"
                        + " | it is no key of RSA or Ed25519",
                "-----BEGIN EC PRIVATE KEY-----aGVsbG8=-----END EC PRIVATE KEY-----"
                        + " | it holds 'EC PRIVATE KEY', but must hold 'PRIVATE KEY'",
            })
    void saysWhatIsWrongWithAKey(String text, String fault) {
        assertThatThrownBy(() -> SigningKey.read(DOMAIN, "s", text)).hasMessage(fault);
    }

    @Test
    void refusesAShortKey() {
        String weak =
                Base64.getEncoder().encodeToString(pair("RSA", 512).getPrivate().getEncoded());
        String pem = "-----BEGIN PRIVATE KEY-----" + weak + "-----END PRIVATE KEY-----";
        assertThatThrownBy(() -> SigningKey.read(DOMAIN, "s", pem))
                .hasMessageContaining("512 bits is too short");
    }

    @Test
    void knowsItsPublicKeys() {
        assertThat(keys().get(0).publicKey()).isEqualTo(RSA.getPublic());
        assertThat(keys().get(1).publicKey()).isEqualTo(ED25519.getPublic());
        assertThat(keys().get(1).record())
                .isEqualTo("v=DKIM1; k=ed25519; p=" + base64(ED25519, 12));
    }

    @Test
    void saysNothingOfThePrivateKey() {
        assertThat(keys().get(0)).hasToString("r._domainkey.example.org rsa");
    }
}
