package org.qpsmtpd.mailauth.dkim;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.Body;
import org.qpsmtpd.mailauth.signature.BodyHash;
import org.qpsmtpd.mailauth.signature.Canonicalization;
import org.qpsmtpd.mailauth.signature.Field;
import org.qpsmtpd.mailauth.signature.Header;
import org.qpsmtpd.mailauth.signature.MessageText;
import org.qpsmtpd.mailauth.signature.SignedHeader;
import org.qpsmtpd.mailauth.signature.SigningKey;

/** Makes messages whose signatures are right, with any tags. */
final class Forged {
    static final KeyPair PAIR = pair();
    static final String RECORD =
            "p=" + Base64.getEncoder().encodeToString(PAIR.getPublic().getEncoded());

    private static final String MESSAGE = "From: a@example.org\r\nTo: b\r\n\r\nhello\r\nyou\r\n";
    private static final SigningKey KEY =
            new SigningKey("example.org", "s", Algorithm.RSA, PAIR.getPrivate());

    private Forged() {}

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(1024);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A message with a signature.
     *
     * @param tags all but {@code b=}; BH stands for the hash of the body in the simple form
     * @param limit octets of the body that are hashed
     */
    static byte[] message(String tags, long limit) {
        byte[] octets = MESSAGE.getBytes(StandardCharsets.ISO_8859_1);
        MessageText message = new MessageText(octets);
        Body body = new Body();
        BodyHash hash = body.hash(Canonicalization.SIMPLE, limit);
        body.add(octets, message.bodyStart(), octets.length - message.bodyStart());
        body.end();
        String value = tags.replace("BH", Base64.getEncoder().encodeToString(hash.hash())) + ";b=";
        Header header = Header.of(message.fields());
        Field own = Field.of("DKIM-Signature", value);
        SignedHeader signed = new SignedHeader(Canonicalization.SIMPLE);
        signed.add(header.select(List.of("from"), own));
        signed.end(own, 0, 0);
        String field = "DKIM-Signature: " + value + KEY.sign(signed) + "\r\n";
        return (field + MESSAGE).getBytes(StandardCharsets.ISO_8859_1);
    }
}
