package org.qpsmtpd.plugin.auth.authvpopmaild;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "auth/auth_vpopmaild",
        description = "Has vpopmaild tell whether a password is right.")
@interface AuthVpopmaildConfig {
    @AttributeDefinition(
            description = "Host that vpopmaild runs on, or the absolute path of its socket.")
    String host() default "localhost";

    @AttributeDefinition(description = "Port of vpopmaild.", min = "1", max = "65535")
    int port() default 89;
}
