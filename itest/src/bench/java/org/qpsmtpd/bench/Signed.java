package org.qpsmtpd.bench;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;

/**
 * The message of an author whose domain signs with RSA of 2048 bits, and what the DNS says of that
 * domain: the key, who may send, and what is to be done with other mail. One for a run.
 */
record Signed(Message message, Map<String, String> records) {
    private static final String DOMAIN = "senders.test";
    private static final String SELECTOR = "bench";
    private static final String SENDERS = "v=spf1 ip4:127.1.0.0/16 ip4:198.18.0.0/15 -all";
    private static final String FIELD = "DKIM-Signature: ";
    private static final int ROOM_FOR_FIELD = 600;
    private static final Signed OF_RUN = make();

    /** The one that lasts as long as this process. */
    static Signed ofRun() {
        return OF_RUN;
    }

    private static Signed make() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair pair = generator.generateKeyPair();
            Message plain = Message.from("sender@" + DOMAIN, Message.SMALL - ROOM_FOR_FIELD);
            String key = base64(pair.getPublic().getEncoded());
            return new Signed(
                    plain.behind(FIELD + sign(plain, pair.getPrivate()) + "\r\n"),
                    Map.of(
                            SELECTOR + "._domainkey." + DOMAIN, "v=DKIM1; k=rsa; p=" + key,
                            DOMAIN, SENDERS,
                            "_dmarc." + DOMAIN, "v=DMARC1; p=none"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has RSA and SHA-256", e);
        }
    }

    /** Who may send for a domain of a visitor. */
    static String senders() {
        return SENDERS;
    }

    /** The value of the field (RFC 6376); the message is already in the relaxed form, but for names. */
    private static String sign(Message message, PrivateKey key) throws GeneralSecurityException {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(octets(message.body()));
        String tags =
                "v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=%s; h=%s; bh=%s; b="
                        .formatted(DOMAIN, SELECTOR, "from:to:subject:date", base64(hash));
        StringBuilder signed = new StringBuilder();
        for (String name : new String[] {"From", "To", "Subject", "Date"}) {
            String value = message.field(name);
            signed.append(name.toLowerCase(Locale.ROOT)).append(':');
            signed.append(value).append("\r\n");
        }
        signed.append("dkim-signature:").append(tags);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key);
        signature.update(octets(signed.toString()));
        return tags + base64(signature.sign());
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
