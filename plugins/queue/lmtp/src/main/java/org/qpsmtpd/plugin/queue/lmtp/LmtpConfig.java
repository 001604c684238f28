package org.qpsmtpd.plugin.queue.lmtp;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "queue/lmtp",
        description = "Hands each message to a mail store by LMTP.")
@interface LmtpConfig {
    @AttributeDefinition(
            description =
                    "Absolute path of the store's socket, or its name or address. Required. IPv6"
                            + " with or without [].")
    String host() default "";

    @AttributeDefinition(
            description = "Port of the store; of no meaning with a socket's path.",
            min = "1",
            max = "65535")
    int port() default 24;

    @AttributeDefinition(
            description =
                    "none: never TLS; may: when offered, any certificate, in clear when it fails;"
                            + " encrypt: always, any certificate; verify: always, a certificate for"
                            + " the host from a trusted authority. None with a socket's path.",
            options = {
                @Option(label = "none", value = "none"),
                @Option(label = "may", value = "may"),
                @Option(label = "encrypt", value = "encrypt"),
                @Option(label = "verify", value = "verify")
            })
    String tls() default "may";

    @AttributeDefinition(
            description =
                    "PEM file with the authorities that tls verify trusts; empty for those of the"
                            + " JDK.",
            required = false)
    String caFile() default "";

    @AttributeDefinition(
            description = "Seconds for the connection, for each reply and for each write.",
            min = "1",
            max = "3600")
    int timeoutSeconds() default 60;

    @AttributeDefinition(
            description =
                    "Seconds for one message in all; also how long the answers to the end of the"
                            + " message are waited for. The server itself gives a hook 300.",
            min = "1",
            max = "290")
    int maxSeconds() default 240;

    @AttributeDefinition(
            description = "Connections kept open for further messages; 0 for none.",
            min = "0",
            max = "1000")
    int idleConnections() default 16;

    @AttributeDefinition(
            description = "Seconds after which an unused connection is closed.",
            min = "1",
            max = "3600")
    int idleSeconds() default 30;

    @AttributeDefinition(
            description = "Messages after which a connection is closed.",
            min = "1",
            max = "1000000")
    int messagesPerConnection() default 100;
}
