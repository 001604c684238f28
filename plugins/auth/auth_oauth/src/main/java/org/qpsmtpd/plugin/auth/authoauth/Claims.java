package org.qpsmtpd.plugin.auth.authoauth;

import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.SaslPrep;
import org.qpsmtpd.api.auth.TokenVerdict;

/** Judges what a token says of itself, once it is known that its issuer says so. */
final class Claims {
    private static final int LONGEST_NAME = 255;
    private static final int SHOWN = 100;
    private static final String EMAIL = "email";
    private static final List<String> USUAL_NAMES =
            List.of(EMAIL, "preferred_username", "username", "sub");

    private final String issuer;
    private final Set<String> audience;
    private final Set<String> scope;
    private final List<String> names;
    private final Duration drift;
    private final String configuration;
    private final Clock clock;

    Claims(AuthOauthConfig config, Clock clock) {
        issuer = config.issuer();
        audience = Set.copyOf(words(config.audience()));
        scope = Set.copyOf(words(config.scope()));
        names = config.user__claim().isEmpty() ? USUAL_NAMES : List.of(config.user__claim());
        drift = Duration.ofSeconds(config.driftSeconds());
        configuration = config.configuration();
        this.clock = clock;
    }

    private static Set<String> words(String[] values) {
        Set<String> words = new HashSet<>();
        for (String value : values) {
            if (!value.isBlank()) {
                words.add(value.strip());
            }
        }
        return words;
    }

    /** It is none of ours, as far as can be told. */
    TokenVerdict unknown(String why) {
        String scopes = String.join(" ", scope);
        return new TokenVerdict(
                TokenVerdict.Kind.UNKNOWN, "", why, "invalid_token", scopes, configuration);
    }

    /** It is not good. */
    TokenVerdict refused(String why) {
        return TokenVerdict.refused(why)
                .withHint("invalid_token", String.join(" ", scope), configuration);
    }

    /** Whether another issuer made it. */
    boolean isForeign(JWTClaimsSet claims) {
        return !issuer.isEmpty() && !issuer.equals(claims.getIssuer());
    }

    /**
     * Judges them.
     *
     * @param needsEnd whether a token without an end is refused
     */
    TokenVerdict judge(JWTClaimsSet claims, BearerToken token, boolean needsEnd) {
        if (isForeign(claims)) {
            return unknown("its issuer is '" + shown(claims.getIssuer()) + "'");
        }
        if (!audience.isEmpty() && claims.getAudience().stream().noneMatch(audience::contains)) {
            return refused("it is for '" + shown(claims.getAudience()) + "'");
        }
        String time = time(claims, needsEnd);
        if (!time.isEmpty()) {
            return refused(time);
        }
        if (!scopes(claims).containsAll(scope)) {
            return TokenVerdict.refused("it has the scope '" + shown(scopes(claims)) + "'")
                    .withHint("insufficient_scope", String.join(" ", scope), configuration);
        }
        return user(claims)
                .map(user -> named(user, token))
                .orElseGet(() -> refused("it names no user by " + String.join(", ", names)));
    }

    private TokenVerdict named(String user, BearerToken token) {
        boolean fits =
                token.user().isEmpty()
                        || token.user()
                                .toLowerCase(Locale.ROOT)
                                .equals(user.toLowerCase(Locale.ROOT));
        return fits
                ? TokenVerdict.accepted(user)
                : refused("it stands for '" + shown(user) + "', whom the client does not name");
    }

    private String time(JWTClaimsSet claims, boolean needsEnd) {
        Instant now = clock.instant();
        Date end = claims.getExpirationTime();
        Date start = claims.getNotBeforeTime();
        if (end == null) {
            return needsEnd ? "it has no end" : "";
        }
        if (!now.isBefore(end.toInstant().plus(drift))) {
            return "it expired at " + end.toInstant();
        }
        return start != null && now.isBefore(start.toInstant().minus(drift))
                ? "it begins at " + start.toInstant()
                : "";
    }

    /** By the claim {@code scope} (RFC 8693), or {@code scp} as some issuers have it. */
    private static Set<String> scopes(JWTClaimsSet claims) {
        Set<String> all = new HashSet<>();
        for (String claim : List.of("scope", "scp")) {
            Object value = claims.getClaim(claim);
            if (value instanceof String text) {
                all.addAll(Arrays.asList(text.split(" +")));
            } else if (value instanceof Collection<?> many) {
                many.forEach(each -> all.add(String.valueOf(each)));
            }
        }
        return all;
    }

    private Optional<String> user(JWTClaimsSet claims) {
        for (String name : names) {
            if (claims.getClaim(name) instanceof String text && isUsable(name, text, claims)) {
                return SaslPrep.prepare(text).filter(prepared -> !prepared.isEmpty());
            }
        }
        return Optional.empty();
    }

    /** An address that the issuer has not verified may be anybody's. */
    private static boolean isUsable(String name, String text, JWTClaimsSet claims) {
        Object verified = claims.getClaim("email_verified");
        boolean isDoubtful =
                name.equals(EMAIL)
                        && verified != null
                        && !verified.toString().equalsIgnoreCase("true");
        return !text.isEmpty() && text.length() <= LONGEST_NAME && !isDoubtful;
    }

    private static String shown(Object value) {
        String text = String.valueOf(value);
        String clean = text.replaceAll("[^ -~]", "?");
        return clean.length() <= SHOWN ? clean : clean.substring(0, SHOWN) + "...";
    }
}
