package org.qpsmtpd.plugin.auth.authoauth;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.qpsmtpd.api.peer.PeerFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Public keys of an issuer that signatures may be made with: RSA of 2,048 to 8,192 bits, the curves
 * of NIST, Ed25519. Others in its list are left out.
 *
 * @param keys at most 100
 */
record KeySet(List<JWK> keys) {
    private static final Logger LOG = LoggerFactory.getLogger(KeySet.class);
    private static final int FEWEST_BITS = 2048;
    private static final int MOST_BITS = 8192;
    private static final int MOST_KEYS = 100;
    private static final Set<Curve> CURVES = Set.of(Curve.P_256, Curve.P_384, Curve.P_521);

    /**
     * Reads a list (RFC 7517).
     *
     * @throws PeerFailure when it is none, or has no key that can be used
     */
    static KeySet parse(String text) {
        List<JWK> good = new ArrayList<>();
        try {
            for (JWK key : JWKSet.parse(text).getKeys()) {
                if (isGood(key) && good.size() < MOST_KEYS) {
                    good.add(key.toPublicJWK());
                }
            }
        } catch (ParseException e) {
            throw fault("its keys are no JWKS: " + e.getMessage());
        }
        if (good.isEmpty()) {
            throw fault("its JWKS has no key for signatures that can be used");
        }
        return new KeySet(List.copyOf(good));
    }

    private static PeerFailure fault(String why) {
        return new PeerFailure(PeerFailure.Kind.FAULT, why);
    }

    private static boolean isGood(JWK key) {
        if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
            return false;
        }
        if (key instanceof RSAKey rsa) {
            boolean fits = rsa.size() >= FEWEST_BITS && rsa.size() <= MOST_BITS;
            if (!fits) {
                LOG.warn("a key of RSA with {} bits is left out, 2048 are the least", rsa.size());
            }
            return fits;
        }
        return key instanceof ECKey curve
                ? CURVES.contains(curve.getCurve())
                : key instanceof OctetKeyPair pair && Curve.Ed25519.equals(pair.getCurve());
    }

    /** The keys that a token may be signed with: the one that it names, else all of its kind. */
    List<JWK> of(JWSHeader header) {
        return keys.stream()
                .filter(
                        key ->
                                header.getKeyID() == null
                                        || header.getKeyID().equals(key.getKeyID()))
                .filter(key -> fits(key, header.getAlgorithm()))
                .toList();
    }

    private static boolean fits(JWK key, JWSAlgorithm algorithm) {
        boolean isFree =
                key.getAlgorithm() == null
                        || key.getAlgorithm().getName().equals(algorithm.getName());
        if (!isFree) {
            return false;
        }
        if (JWSAlgorithm.Family.RSA.contains(algorithm)) {
            return key instanceof RSAKey;
        }
        return JWSAlgorithm.Family.EC.contains(algorithm)
                ? key instanceof ECKey curve
                        && Curve.forJWSAlgorithm(algorithm).contains(curve.getCurve())
                : key instanceof OctetKeyPair && algorithm.equals(JWSAlgorithm.EdDSA);
    }
}
