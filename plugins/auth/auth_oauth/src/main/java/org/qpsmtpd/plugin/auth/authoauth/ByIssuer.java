package org.qpsmtpd.plugin.auth.authoauth;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

/** By what the issuer says of the token when it is asked (RFC 7662). */
final class ByIssuer implements Judge {
    private final Service service;
    private final String authorization;
    private final Claims claims;
    private final GoodTokens good;

    /**
     * @param authorization as whom it is asked; empty as nobody
     */
    ByIssuer(Service service, String authorization, Claims claims, GoodTokens good) {
        this.service = service;
        this.authorization = authorization;
        this.claims = claims;
        this.good = good;
    }

    @Override
    public CompletionStage<TokenVerdict> judge(BearerToken token) {
        String hash = hash(token);
        Optional<JWTClaimsSet> known = good.find(hash);
        if (known.isPresent()) {
            return CompletableFuture.completedStage(claims.judge(known.get(), token, false));
        }
        String form =
                "token="
                        + URLEncoder.encode(token.token().text(), StandardCharsets.UTF_8)
                        + "&token_type_hint=access_token";
        return service.post(form, authorization).thenApply(answer -> judge(answer, hash, token));
    }

    private TokenVerdict judge(String answer, String hash, BearerToken token) {
        try {
            Map<String, Object> said = JSONObjectUtils.parse(answer);
            if (!(said.get("active") instanceof Boolean isActive)) {
                throw new PeerFailure(
                        PeerFailure.Kind.FAULT, "the issuer does not say whether it is active");
            }
            if (!isActive) {
                return claims.refused("its issuer says that it is not active");
            }
            JWTClaimsSet all = JWTClaimsSet.parse(said);
            TokenVerdict verdict = claims.judge(all, token, false);
            if (verdict.kind() == TokenVerdict.Kind.ACCEPTED) {
                Date end = all.getExpirationTime();
                good.keep(hash, all, end == null ? Long.MAX_VALUE : end.toInstant().toEpochMilli());
            }
            return verdict;
        } catch (ParseException e) {
            throw new PeerFailure(
                    PeerFailure.Kind.FAULT, "the issuer's answer cannot be read: no JSON of that");
        }
    }

    /** So that no token is kept. */
    private static String hash(BearerToken token) {
        byte[] octets = token.token().octets();
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK has SHA-256", e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    @Override
    public List<Figure> figures() {
        List<Figure> all = new ArrayList<>(service.figures());
        all.add(Figure.gauge("oauth_tokens", good.size()));
        return all;
    }

    @Override
    public void close() {
        service.close();
    }
}
