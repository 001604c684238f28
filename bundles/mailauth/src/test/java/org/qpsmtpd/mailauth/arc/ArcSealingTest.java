package org.qpsmtpd.mailauth.arc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.mailauth.DnsResult.Status;
import org.qpsmtpd.mailauth.arc.ArcResult.Verdict;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.KeyLimits;
import org.qpsmtpd.mailauth.signature.KeyZone;
import org.qpsmtpd.mailauth.signature.Keys;
import org.qpsmtpd.mailauth.signature.MessageText;
import org.qpsmtpd.mailauth.signature.SigningKey;

final class ArcSealingTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
    private static final String MESSAGE = "From: a@b.example\r\nSubject: s\r\n\r\nhello\r\n";
    private static final String NAME = "e._domainkey.example.org";
    private static final SigningKey KEY =
            new SigningKey("example.org", "e", Algorithm.ED25519, pair().getPrivate());

    private final KeyZone zone = new KeyZone().with(NAME, KEY.record());

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private ArcResult verify(String message) {
        byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
        MessageText text = new MessageText(octets);
        ArcVerification verification =
                new ArcVerifier(new Keys(zone, KeyLimits.USUAL), InstantSource.fixed(NOW))
                        .begin(text.fields());
        verification.body(octets, text.bodyStart(), octets.length - text.bodyStart());
        return verification.result();
    }

    private String sealed(String message, ArcResult chain) {
        byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
        MessageText text = new MessageText(octets);
        ArcSealing sealing = new ArcSealing();
        sealing.body(octets, text.bodyStart(), octets.length - text.bodyStart());
        return sealing
                        .seal(
                                text.fields(),
                                chain,
                                "mx.example.org; arc=" + chain.verdict().word(),
                                List.of("from", "subject"),
                                KEY,
                                NOW)
                        .stream()
                        .map(field -> field.name() + ": " + field.value() + "\r\n")
                        .collect(Collectors.joining())
                + message;
    }

    @Test
    void sealsFiftyTimes() {
        String message = MESSAGE;
        for (int i = 1; i <= 50; i++) {
            message = sealed(message, verify(message));
        }
        assertThat(verify(message))
                .isEqualTo(new ArcResult(Verdict.PASS, "", false, 50, "example.org"));
        assertThat(sealed(message, verify(message))).isEqualTo(message);
    }

    @Test
    void findsAChangedBody() {
        String message = sealed(MESSAGE, verify(MESSAGE)).replace("hello", "bye");
        assertThat(verify(message).reason()).isEqualTo("the body was changed");
    }

    @Test
    void findsAChangedHeader() {
        String message = sealed(MESSAGE, verify(MESSAGE)).replace("Subject: s", "Subject: t");
        assertThat(verify(message).reason())
                .isEqualTo("the last signature: what it signs was changed");
    }

    @Test
    void findsChangedResults() {
        String message = sealed(MESSAGE, verify(MESSAGE)).replace("arc=none", "arc=pass");
        assertThat(verify(message).reason()).isEqualTo("seal 1: what it signs was changed");
    }

    @Test
    void saysThatAChainIsBrokenAndThenNothingMore() {
        String broken = sealed(MESSAGE, verify(MESSAGE)).replace("hello", "bye");
        String sealed = sealed(broken, verify(broken));
        assertThat(sealed).startsWith("ARC-Seal: i=2; a=ed25519-sha256; cv=fail;");
        assertThat(verify(sealed).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(sealed(sealed, verify(sealed))).isEqualTo(sealed);
    }

    @Test
    void aServersFailureIsTemporary() {
        String message = sealed(MESSAGE, verify(MESSAGE));
        var unused = zone.with(NAME, Status.FAILED);
        assertThat(verify(message).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(verify(message).isTemporary()).isTrue();
    }

    @Test
    void takesNoMoreThanFiftySets() {
        String message = "ARC-Seal: i=1\r\n".repeat(100_000) + MESSAGE;
        assertThat(verify(message).reason()).isEqualTo("there are more than 50 sets");
    }

    @Test
    void mangledSets() {
        Random random = new Random(8617);
        String once = sealed(MESSAGE, verify(MESSAGE));
        String good = sealed(once, verify(once));
        int end = good.indexOf("From: a@");
        for (int i = 0; i < 3_000; i++) {
            StringBuilder bad = new StringBuilder(good);
            bad.setCharAt(random.nextInt(end), ";=: \t\r\n\0\u00ff09aZ".charAt(random.nextInt(13)));
            ArcResult result = verify(bad.toString());
            assertThat(result.verdict() == Verdict.FAIL).isEqualTo(!result.reason().isEmpty());
        }
    }
}
