package org.qpsmtpd.plugin.tls;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of {@link TlsPlugin}. */
@ObjectClassDefinition(
        name = "tls",
        description =
                "Encrypts connections: STARTTLS, and TLS from the first octet on ports for it.")
@interface TlsConfig {
    @AttributeDefinition(
            description =
                    "PEM file with the certificate, and maybe its chain and its key. Empty:"
                            + " qpsmtpd-server.crt in the directory ssl of the configuration.",
            required = false)
    String certificate() default "";

    @AttributeDefinition(
            description =
                    "PEM file with the key. Empty: the certificate's file, or qpsmtpd-server.key"
                            + " beside qpsmtpd-server.crt.",
            required = false)
    String key() default "";

    @AttributeDefinition(
            description =
                    "PEM file with further certificates of the chain. Empty: none, or"
                            + " qpsmtpd-ca.crt beside qpsmtpd-server.crt.",
            required = false)
    String ca() default "";

    @AttributeDefinition(
            description = "Taken for the sake of existing lines; the groups are the JDK's own.",
            required = false)
    String dhparam() default "";

    @AttributeDefinition(
            description =
                    "A further certificate for clients that ask for a name in it:"
                            + " CERTIFICATE[,KEY[,CHAIN]]. May be given more than once.",
            required = false)
    String[] sni() default {};

    @AttributeDefinition(
            description =
                    "PEM file with the authorities that sign certificates of clients, which are"
                            + " asked for one then. Empty: they are not.",
            required = false)
    String client__ca() default "";

    @AttributeDefinition(
            description =
                    "Local port whose connections begin with TLS. May be given more than once; 0"
                            + " for none.",
            min = "0",
            max = "65535",
            required = false)
    int[] smtps__port() default {465};
}
