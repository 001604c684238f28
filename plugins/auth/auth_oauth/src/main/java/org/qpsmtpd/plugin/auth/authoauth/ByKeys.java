package org.qpsmtpd.plugin.auth.authoauth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

/** By the signature of the token, a JWT (RFC 7519), and what it says of itself. */
final class ByKeys implements Judge {
    /** Most keys that a signature is tried with, when the token names none. */
    private static final int MOST_TRIES = 10;

    private final Set<String> algorithms;
    private final KeyRing keys;
    private final Claims claims;
    private final List<Service> services;

    /**
     * @param services those that give the keys
     */
    ByKeys(Set<String> algorithms, KeyRing keys, Claims claims, List<Service> services) {
        this.algorithms = algorithms;
        this.keys = keys;
        this.claims = claims;
        this.services = services;
    }

    @Override
    public CompletionStage<TokenVerdict> judge(BearerToken token) {
        SignedJWT jwt;
        JWTClaimsSet said;
        try {
            jwt = SignedJWT.parse(token.token().text());
            said = jwt.getJWTClaimsSet();
        } catch (ParseException | IllegalArgumentException e) {
            return CompletableFuture.completedStage(claims.unknown("it is no signed JWT"));
        }
        JWSHeader header = jwt.getHeader();
        if (claims.isForeign(said)) {
            return CompletableFuture.completedStage(claims.judge(said, token, true));
        }
        if (!algorithms.contains(header.getAlgorithm().getName())) {
            return refused("its algorithm is none of " + String.join(", ", algorithms));
        }
        boolean isPlain = header.getCriticalParams() == null && header.isBase64URLEncodePayload();
        if (!isPlain) {
            return refused("it has a header that must be understood, and is not");
        }
        return keys.of(header).thenApply(found -> judge(token, jwt, said, found));
    }

    private CompletionStage<TokenVerdict> refused(String why) {
        return CompletableFuture.completedStage(claims.refused(why));
    }

    private TokenVerdict judge(
            BearerToken token, SignedJWT jwt, JWTClaimsSet said, List<JWK> found) {
        if (found.isEmpty()) {
            return claims.refused("its issuer has no such key");
        }
        boolean isSigned =
                found.stream().limit(MOST_TRIES).anyMatch(key -> Signature.isBy(key, jwt));
        return isSigned
                ? claims.judge(said, token, true)
                : claims.refused("its signature is wrong");
    }

    @Override
    public List<Figure> figures() {
        List<Figure> all = new ArrayList<>();
        services.forEach(service -> all.addAll(service.figures()));
        all.add(Figure.gauge("oauth_keys", keys.size()));
        return all;
    }

    @Override
    public void close() {
        services.forEach(Service::close);
    }
}
