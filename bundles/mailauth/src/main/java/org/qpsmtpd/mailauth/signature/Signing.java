package org.qpsmtpd.mailauth.signature;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** What Java's cryptography does for signatures. */
final class Signing {
    private static final String RSA = "SHA256withRSA";
    private static final String ED25519 = "Ed25519";

    private Signing() {}

    static boolean verifyRsa(PublicKey key, SignedHeader signed, byte[] octets)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(RSA);
        signature.initVerify(key);
        signature.update(signed.array(), 0, signed.length());
        return signature.verify(octets);
    }

    static boolean verifyEd25519(PublicKey key, SignedHeader signed, byte[] octets)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(ED25519);
        signature.initVerify(key);
        signature.update(hash(signed));
        return signature.verify(octets);
    }

    static byte[] sign(Algorithm algorithm, PrivateKey key, SignedHeader signed)
            throws GeneralSecurityException {
        boolean isRsa = algorithm == Algorithm.RSA;
        Signature signature = Signature.getInstance(isRsa ? RSA : ED25519);
        signature.initSign(key);
        if (isRsa) {
            signature.update(signed.array(), 0, signed.length());
        } else {
            signature.update(hash(signed)); // RFC 8463 section 3
        }
        return signature.sign();
    }

    private static byte[] hash(SignedHeader signed) {
        MessageDigest digest = Digests.sha256();
        digest.update(signed.array(), 0, signed.length());
        return digest.digest();
    }
}
