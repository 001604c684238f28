package org.qpsmtpd.plugin.auth.authoauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/** Whether a token is signed with a key. */
final class Signature {
    private static final String ED25519 = "Ed25519";
    private static final int ED25519_OCTETS = 32;

    private Signature() {}

    /**
     * Whether it is.
     *
     * @param key of the kind that goes with the token's algorithm
     */
    static boolean isBy(JWK key, SignedJWT token) {
        try {
            if (key instanceof RSAKey rsa) {
                return token.verify(new RSASSAVerifier(rsa));
            }
            return key instanceof ECKey curve
                    ? token.verify(new ECDSAVerifier(curve))
                    : isBy((OctetKeyPair) key, token);
        } catch (JOSEException | GeneralSecurityException e) {
            return false; // a key or a signature that cannot be one
        }
    }

    /** By the JDK, since the library needs another one for it. */
    private static boolean isBy(OctetKeyPair key, SignedJWT token) throws GeneralSecurityException {
        byte[] octets = key.getDecodedX();
        if (octets.length != ED25519_OCTETS) {
            return false;
        }
        java.security.Signature check = java.security.Signature.getInstance(ED25519);
        check.initVerify(key(octets));
        check.update(token.getSigningInput());
        return check.verify(token.getSignature().decode());
    }

    /** RFC 8032 section 5.1.2: the lowest octet first, and a sign in the highest bit. */
    private static PublicKey key(byte[] octets) throws GeneralSecurityException {
        byte[] turned = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            turned[i] = octets[octets.length - 1 - i];
        }
        boolean isOdd = turned[0] < 0;
        turned[0] &= 0x7F;
        EdECPoint point = new EdECPoint(isOdd, new BigInteger(1, turned));
        return KeyFactory.getInstance(ED25519)
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }
}
