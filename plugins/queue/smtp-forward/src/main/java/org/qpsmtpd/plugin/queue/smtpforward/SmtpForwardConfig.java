package org.qpsmtpd.plugin.queue.smtpforward;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "queue/smtp-forward",
        description = "Hands mail on to another server by SMTP.")
@interface SmtpForwardConfig {
    @AttributeDefinition(
            description =
                    "Name or address of the next hop, IPv6 with or without []; or several with"
                            + " commas between them, each HOST or HOST:PORT. Required without"
                            + " smtproutes.",
            required = false)
    String host() default "";

    @AttributeDefinition(
            description = "Port of those next hops without one.",
            min = "1",
            max = "65535")
    int port() default 25;

    @AttributeDefinition(
            description =
                    "Whether the file smtproutes names the next hops of domains; host is that of"
                            + " all others then, and may be left out.")
    boolean smtproutes() default false;

    @AttributeDefinition(
            description =
                    "Which of several next hops a message begins with. failover: the first;"
                            + " round_robin: each message with another. The others get it when that"
                            + " one cannot be used.",
            options = {
                @Option(label = "failover", value = "failover"),
                @Option(label = "round_robin", value = "round_robin")
            })
    String balance() default "failover";

    @AttributeDefinition(
            description =
                    "Words after the port: xclient tells the next hop who the client is and makes a"
                            + " connection for each message.",
            required = false)
    String[] flags() default {};

    @AttributeDefinition(
            description =
                    "none: never TLS; may: when offered, any certificate, in clear when it fails;"
                            + " encrypt: always, any certificate; verify: always, a certificate for"
                            + " the host from a trusted authority; dane: with the certificate that"
                            + " signed TLSA records name, without these as may.",
            options = {
                @Option(label = "none", value = "none"),
                @Option(label = "may", value = "may"),
                @Option(label = "encrypt", value = "encrypt"),
                @Option(label = "verify", value = "verify"),
                @Option(label = "dane", value = "dane")
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
                    "Seconds for one message in all; also how long the answer to the end of the"
                            + " message is waited for. The server itself gives a hook 300.",
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

    @AttributeDefinition(
            description =
                    "Whether a message with 8-bit octets is refused when the next hop does not"
                            + " offer 8BITMIME.")
    boolean strictEightBit() default false;
}
