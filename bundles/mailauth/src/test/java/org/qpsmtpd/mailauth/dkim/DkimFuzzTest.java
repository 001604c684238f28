package org.qpsmtpd.mailauth.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.mailauth.signature.BodyHash;
import org.qpsmtpd.mailauth.signature.KeyZone;

/** Input that nobody means well with: a result comes of all of it, and never a pass. */
final class DkimFuzzTest {
    private static final String TAGS =
            "v=1;a=rsa-sha256;d=example.org;s=s;h=from;i=x=41@example.org;l=12;t=1;x=99999999999;"
                    + "q=dns/txt;c=simple/simple;bh=BH";
    private static final String NAME = "s._domainkey.example.org";
    private static final String SPICE = ";=:@/ \t\r\n\0\u00fc\u00ff%.-_0aZ";

    private final Random random = new Random(8301);

    private byte[] mangled(byte[] octets, int from, int to) {
        byte[] other = octets.clone();
        int times = 1 + random.nextInt(4);
        for (int i = 0; i < times; i++) {
            int at = from + random.nextInt(to - from);
            other[at] = (byte) SPICE.charAt(random.nextInt(SPICE.length()));
        }
        return other;
    }

    @Test
    void mangledSignatures() {
        KeyZone zone = new KeyZone().with(NAME, Forged.RECORD);
        byte[] good = Forged.message(TAGS, 12);
        assertThat(Verifying.words(Verifying.verify(good, zone))).containsExactly("pass");
        int end = new String(good, StandardCharsets.ISO_8859_1).indexOf(";b=");
        for (int i = 0; i < 4_000; i++) {
            byte[] bad = mangled(good, 0, end);
            boolean isChanged = !Arrays.equals(bad, good);
            Verifying.verify(bad, zone)
                    .forEach(result -> assertThat(result.isPass() && isChanged).isFalse());
        }
    }

    @Test
    void mangledRecords() {
        byte[] message = Forged.message(TAGS, 12);
        byte[] record =
                ("v=DKIM1; k=rsa; h=sha256; s=email; t=s; " + Forged.RECORD)
                        .getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 2_000; i++) {
            String text =
                    new String(mangled(record, 0, record.length), StandardCharsets.ISO_8859_1);
            KeyZone zone = new KeyZone().with(NAME, text, text.substring(i % text.length()));
            assertThat(Verifying.verify(message, zone)).hasSize(1);
        }
    }

    @Test
    void anyOctets() {
        KeyZone zone = new KeyZone();
        for (int i = 0; i < 2_000; i++) {
            byte[] octets = new byte[random.nextInt(300)];
            random.nextBytes(octets);
            String text = "DKIM-Signature:" + new String(octets, StandardCharsets.ISO_8859_1);
            byte[] message = text.getBytes(StandardCharsets.ISO_8859_1);
            Verifying.verify(message, zone).forEach(r -> assertThat(r.isPass()).isFalse());
        }
    }

    @Test
    void aRecordOfTheLargestSize() {
        KeyZone zone = new KeyZone().with(NAME, "p=" + "A".repeat(65_533));
        assertThat(Verifying.verify(Forged.message(TAGS, 12), zone).get(0).reason())
                .isEqualTo("the key's record is longer than 8192 octets");
    }

    @Test
    void aSignatureLongerThanAnyIs() {
        String tags = TAGS + ";n=" + "x".repeat(70_000);
        byte[] message = Forged.message(tags, BodyHash.WHOLE);
        assertThat(Verifying.verify(message, new KeyZone()).get(0).reason())
                .isEqualTo("the signature is longer than 65536 octets");
    }

    @Test
    void manyFieldsAndSignatures() {
        KeyZone zone = new KeyZone().with(NAME, Forged.RECORD);
        String one = new String(Forged.message(TAGS, 12), StandardCharsets.ISO_8859_1);
        String field = one.substring(0, one.indexOf("From:"));
        String message = "To: x\r\n".repeat(100_000) + field.repeat(1_000) + one;
        byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Verifying.verify(octets, zone)).hasSize(1_001);
    }

    @Test
    void manyNames() {
        KeyZone zone = new KeyZone().with(NAME, Forged.RECORD);
        String names = "h=from" + ":to".repeat(20_000);
        byte[] one = Forged.message(TAGS.replace("h=from", names), 12);
        String message = "To: x\r\n".repeat(30_000) + new String(one, StandardCharsets.ISO_8859_1);
        byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Verifying.words(Verifying.verify(octets, zone))).containsExactly("fail");
    }
}
