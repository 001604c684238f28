package org.qpsmtpd.plugin.auth.authoauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;

/** Whoever makes tokens, with keys of each kind. */
final class Issuer {
    static final String NAME = "https://issuer.test";

    final KeyPair rsa = pair("RSA", 2048);
    final KeyPair otherRsa = pair("RSA", 2048);
    final KeyPair shortRsa = pair("RSA", 512);
    final KeyPair curve = curve();
    final KeyPair edwards = pair("Ed25519", 0);

    private static KeyPair pair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair curve() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static JWK rsa(String id, KeyPair pair) {
        return new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(id).build();
    }

    private Base64URL edwardsX() {
        byte[] encoded = edwards.getPublic().getEncoded();
        return Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    }

    /** All keys but {@link #otherRsa}. */
    String keys() {
        return list(
                rsa("r", rsa),
                rsa("short", shortRsa),
                new ECKey.Builder(Curve.P_256, (ECPublicKey) curve.getPublic()).keyID("c").build(),
                new OctetKeyPair.Builder(Curve.Ed25519, edwardsX()).keyID("e").build());
    }

    static String list(JWK... keys) {
        return new JWKSet(List.of(keys)).toString();
    }

    static String rsa(KeyPair pair, JWSHeader header, JWTClaimsSet claims) {
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(new RSASSASigner(pair.getPrivate()));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With the key that the library refuses to sign with. */
    String byShortRsa(JWTClaimsSet claims) {
        return signed("{\"alg\":\"RS256\",\"kid\":\"short\"}", claims, "SHA256withRSA", shortRsa);
    }

    private static String signed(
            String header, JWTClaimsSet claims, String algorithm, KeyPair pair) {
        String text = raw(header, claims.toString());
        try {
            java.security.Signature signature = java.security.Signature.getInstance(algorithm);
            signature.initSign(pair.getPrivate());
            signature.update(text.getBytes(UTF_8));
            return text + "." + Base64URL.encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String rsa(String id, JWTClaimsSet claims) {
        return rsa(rsa, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(id).build(), claims);
    }

    String byCurve(JWTClaimsSet claims) {
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("c").build(), claims);
        try {
            token.sign(new ECDSASigner(curve.getPrivate(), Curve.P_256));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    String byEdwards(JWTClaimsSet claims) {
        return signed("{\"alg\":\"EdDSA\",\"kid\":\"e\"}", claims, "Ed25519", edwards);
    }

    /** What is signed. */
    static String raw(String header, String claims) {
        return Base64URL.encode(header) + "." + Base64URL.encode(claims);
    }
}
