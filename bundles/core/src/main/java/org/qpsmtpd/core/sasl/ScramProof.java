package org.qpsmtpd.core.sasl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.StoredKeys;

/** The second half of an exchange: our challenge, the client's proof, and ours. */
final class ScramProof {
    private final ScramStart start;
    private final byte[] binding;
    private final StoredKeys keys;
    private final String nonce;
    private final String serverFirst;

    ScramProof(ScramStart start, byte[] binding, StoredKeys keys, String unique) {
        this.start = start;
        this.binding = binding.clone();
        this.keys = keys;
        nonce = start.nonce() + unique;
        serverFirst = "r=" + nonce + ",s=" + base64(keys.salt()) + ",i=" + keys.iterations();
    }

    byte[] serverFirst() {
        return octets(serverFirst);
    }

    /**
     * Checks the client's last message.
     *
     * @throws IllegalArgumentException when it is none
     */
    SaslStep check(byte[] message) {
        String text = ScramStart.text(message);
        int last = text.lastIndexOf(",p=");
        String[] parts = text.split(",", -1);
        if (last < 0 || parts.length < 3 || !parts[0].startsWith("c=")) {
            throw new IllegalArgumentException("not a last message of SCRAM");
        }
        String user = start.user();
        if (!parts[0].equals("c=" + base64(boundHeader()))) {
            return SaslStep.failure(user, "another channel binding than at first");
        }
        if (!parts[1].equals("r=" + nonce)) {
            return SaslStep.failure(user, "another nonce than at first");
        }
        byte[] proof = Base64.getDecoder().decode(text.substring(last + 3));
        String all = start.bare() + "," + serverFirst + "," + text.substring(0, last);
        return isProof(proof, all)
                ? SaslStep.success(user).withOctets(octets("v=" + signature(all)))
                : SaslStep.failure(user, "wrong password, or no such user");
    }

    private byte[] boundHeader() {
        byte[] header = octets(start.header());
        byte[] both = new byte[header.length + binding.length];
        System.arraycopy(header, 0, both, 0, header.length);
        System.arraycopy(binding, 0, both, header.length, binding.length);
        return both;
    }

    private boolean isProof(byte[] proof, String all) {
        ScramHash hash = keys.hash();
        byte[] stored = keys.storedKey();
        if (proof.length != stored.length) {
            return false;
        }
        byte[] key = mac(hash, stored, octets(all));
        for (int i = 0; i < key.length; i++) {
            key[i] ^= proof[i];
        }
        try {
            return MessageDigest.isEqual(
                    MessageDigest.getInstance(hash.digest()).digest(key), stored);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has " + hash.digest(), e);
        }
    }

    private String signature(String all) {
        return base64(mac(keys.hash(), keys.serverKey(), octets(all)));
    }

    private static byte[] mac(ScramHash hash, byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance(hash.hmac());
            mac.init(new SecretKeySpec(key, hash.hmac()));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has " + hash.hmac(), e);
        }
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
