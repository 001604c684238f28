package org.qpsmtpd.plugin.auth.authdovecot;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "auth/auth_dovecot",
        description = "Has Dovecot authenticate clients, by all mechanisms that it knows.")
@interface AuthDovecotConfig {
    @AttributeDefinition(
            description =
                    "Absolute path of Dovecot's socket for authentication, or HOST:PORT; several"
                            + " with commas between them.")
    String socket() default "/var/run/dovecot/auth-client";

    @AttributeDefinition(
            description =
                    "Mechanisms that are offered, of those that Dovecot has; empty for all of"
                            + " them.",
            required = false)
    String[] mechanisms() default {};

    @AttributeDefinition(
            description = "Whether Dovecot makes an address wait from which many attempts failed.")
    boolean penalty() default true;
}
