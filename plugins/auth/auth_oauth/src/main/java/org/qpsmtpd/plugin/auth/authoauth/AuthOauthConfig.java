package org.qpsmtpd.plugin.auth.authoauth;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "auth/auth_oauth",
        description =
                "Lets users in by tokens of OAuth, whose signature or issuer tells that they are"
                        + " good.")
@interface AuthOauthConfig {
    @AttributeDefinition(
            description =
                    "The issuer's public keys (JWKS): an https URL, or a file. Tokens are JWTs"
                            + " then.",
            required = false)
    String keys() default "";

    @AttributeDefinition(
            description =
                    "The https URL where the issuer says of a token whether it is good (RFC 7662):"
                            + " of each, or with keys of those that they do not tell.",
            required = false)
    String introspection() default "";

    @AttributeDefinition(
            description =
                    "File with one line ID:SECRET, as whom this server asks there; empty: as"
                            + " nobody.",
            required = false)
    String client__file() default "";

    @AttributeDefinition(
            description = "The issuer of a token, its claim iss; needed with keys.",
            required = false)
    String issuer() default "";

    @AttributeDefinition(
            description =
                    "For whom a token is made, its claim aud, one of these; needed with keys.",
            required = false)
    String[] audience() default {};

    @AttributeDefinition(description = "Algorithms of signatures that are taken.")
    String[] algorithms() default {"RS256", "PS256", "ES256", "EdDSA"};

    @AttributeDefinition(description = "Scopes that a token must have.", required = false)
    String[] scope() default {};

    @AttributeDefinition(
            description =
                    "The claim that has the user's name; empty: email, preferred_username, username"
                            + " or sub, the first of them that is there.",
            required = false)
    String user__claim() default "";

    @AttributeDefinition(
            description = "Seconds by which the clocks of the issuer and this server may differ.",
            min = "0",
            max = "600")
    int driftSeconds() default 60;

    @AttributeDefinition(
            description = "Seconds after which keys are fetched anew.",
            min = "60",
            max = "86400")
    int refreshSeconds() default 3600;

    @AttributeDefinition(
            description =
                    "Seconds for which it is known that a token is good, but not longer than the"
                            + " token lives; 0: each time it is asked.",
            min = "0",
            max = "3600")
    int cacheSeconds() default 60;

    @AttributeDefinition(
            description = "URL of the issuer's configuration, which refused clients are told.",
            required = false)
    String configuration() default "";

    @AttributeDefinition(
            description =
                    "PEM file with the authorities that sign the certificates of these URLs; empty"
                            + " for those of the JDK.",
            required = false)
    String caFile() default "";
}
