package org.qpsmtpd.plugin.queue.spool;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "queue/spool",
        description = "Takes mail at once and hands it on when the next server can have it.")
@interface SpoolConfig {
    @AttributeDefinition(
            description =
                    "Name or address of the next hop, IPv6 with or without []; or several with"
                            + " commas between them, each HOST or HOST:PORT; or, with protocol"
                            + " lmtp, the absolute path of a socket. Required.")
    String host() default "";

    @AttributeDefinition(
            description = "Port of those next hops without one; 0: 25, or 24 with protocol lmtp.",
            min = "0",
            max = "65535")
    int port() default 0;

    @AttributeDefinition(
            description =
                    "Words after the port: xclient tells the next hop who the client was and makes"
                            + " a connection for each message.",
            required = false)
    String[] flags() default {};

    @AttributeDefinition(
            description = "What is spoken with the next hop.",
            options = {
                @Option(label = "smtp", value = "smtp"),
                @Option(label = "lmtp", value = "lmtp")
            })
    String protocol() default "smtp";

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
                    "none: never TLS; may: when offered, any certificate, in clear when it fails;"
                            + " encrypt: always, any certificate; verify: always, a certificate for"
                            + " the host from a trusted authority.",
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
                    "Seconds for handing on one message in all; also how long the answer to the"
                            + " end of the message is waited for.",
            min = "1",
            max = "3600")
    int maxSeconds() default 600;

    @AttributeDefinition(
            description = "Connections kept open for further messages; 0 for none.",
            min = "0",
            max = "1000")
    int idleConnections() default 8;

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

    @AttributeDefinition(
            description = "Where messages wait; empty: a folder of the server's own.",
            required = false)
    String folder() default "";

    @AttributeDefinition(
            description =
                    "Seconds until a message that was put off is tried again; twice as many each"
                            + " further time.",
            min = "1",
            max = "86400")
    int first__retry() default 300;

    @AttributeDefinition(
            description = "Seconds between two tries at most.",
            min = "1",
            max = "604800")
    int longest__retry() default 3600;

    @AttributeDefinition(
            description = "Seconds after which a message goes back to its sender.",
            min = "1",
            max = "31536000")
    int give__up() default 432_000;

    @AttributeDefinition(
            description = "Seconds after which a sender is told that a message is late; 0: never.",
            min = "0",
            max = "31536000")
    int warn__after() default 14_400;

    @AttributeDefinition(
            description = "Messages that are handed on at the same time at most.",
            min = "1",
            max = "1000")
    int concurrency() default 8;

    @AttributeDefinition(
            description = "Messages that may wait; further ones are deferred.",
            min = "1",
            max = "10000000")
    int max__messages() default 100_000;

    @AttributeDefinition(
            description = "MiB of all messages that wait; further ones are deferred.",
            min = "1",
            max = "1000000000")
    long max__size() default 10_240;
}
