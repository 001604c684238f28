package org.qpsmtpd.plugin.auth.authcvmunixlocal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "auth/auth_cvm_unix_local",
        description = "Has a credential validation module tell whether a password is right.")
@interface AuthCvmUnixLocalConfig {
    @AttributeDefinition(description = "Absolute path of the module's socket. Required.")
    String cvm__socket() default "";

    @AttributeDefinition(description = "Whether it is asked on the ports 25 and 587.")
    boolean enable__smtp() default false;

    @AttributeDefinition(description = "Whether it is asked on the port 465.")
    boolean enable__ssmtp() default true;
}
