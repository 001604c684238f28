package org.qpsmtpd.plugin.auth.authimap;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "auth/auth_imap",
        description = "Has an IMAP server tell whether a password is right.")
@interface AuthImapConfig {
    @AttributeDefinition(
            description =
                    "Host of the IMAP server, or HOST:PORT; several with commas between them.")
    String host();

    @AttributeDefinition(
            description = "Port of hosts without one; 0 for 143 with tls no or starttls, else 993.",
            min = "0",
            max = "65535")
    int port() default 0;

    @AttributeDefinition(
            description =
                    "How the connection is encrypted: yes, from its first octet on; starttls; no."
                            + " Empty: starttls at port 143, yes elsewhere.",
            required = false,
            options = {
                @Option(label = "yes", value = "yes"),
                @Option(label = "starttls", value = "starttls"),
                @Option(label = "no", value = "no")
            })
    String tls() default "";

    @AttributeDefinition(
            description =
                    "PEM file with the authorities that sign the server's certificate; empty for"
                            + " those of the JDK.",
            required = false)
    String caFile() default "";
}
