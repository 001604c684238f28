package org.qpsmtpd.plugin.auth.authcertificate;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "auth/auth_certificate",
        description = "Lets users in by the certificates of their clients.")
@interface AuthCertificateConfig {
    @AttributeDefinition(
            description =
                    "The user of a certificate that the file does not have: none, or what the"
                            + " certificate says: its one email, dns name or cn.",
            options = {
                @Option(label = "none", value = "none"),
                @Option(label = "email", value = "email"),
                @Option(label = "dns", value = "dns"),
                @Option(label = "cn", value = "cn")
            })
    String name() default "none";
}
