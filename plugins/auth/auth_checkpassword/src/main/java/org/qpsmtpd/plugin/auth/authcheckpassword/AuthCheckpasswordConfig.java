package org.qpsmtpd.plugin.auth.authcheckpassword;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "auth/auth_checkpassword",
        description = "Has a checkpassword program tell whether a password is right.")
@interface AuthCheckpasswordConfig {
    @AttributeDefinition(
            description =
                    "Absolute path of the program. Empty: the first word of the file"
                            + " smtpauth-checkpassword.",
            required = false)
    String checkpw() default "";

    @AttributeDefinition(
            description =
                    "Absolute path of what the program runs when the password is right. Empty: the"
                            + " second word of that file; /bin/true with checkpw.",
            required = false)
    String true$() default "";

    @AttributeDefinition(
            description = "User that the program runs as, by sudo; empty for the server's.",
            required = false)
    String sudo() default "";

    @AttributeDefinition(
            description = "Seconds for one check; then the program is killed.",
            min = "1",
            max = "120")
    int timeoutSeconds() default 30;

    @AttributeDefinition(description = "Programs at a time.", min = "1", max = "1000")
    int programs() default 10;
}
