package org.qpsmtpd.plugin.queue.amqp;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "queue/amqp",
        description = "Publishes each message to an exchange by AMQP 0-9-1, as RabbitMQ has it.")
@interface AmqpConfig {
    @AttributeDefinition(
            description =
                    "Brokers of a cluster, HOST or HOST:PORT with commas between them; the first"
                            + " that can be reached is used. Required.")
    String servers() default "";

    @AttributeDefinition(
            description =
                    "Routing key: %d is the recipient's domain, %l its local part. Without exchange"
                            + " it is the name of a durable queue. Required without exchange.",
            required = false)
    String routing__key() default "";

    @AttributeDefinition(
            description = "The exchange, which must be there; empty for the default one.",
            required = false)
    String exchange() default "";

    @AttributeDefinition(description = "The virtual host.")
    String vhost() default "/";

    @AttributeDefinition(
            description = "Octets of the largest message.",
            min = "1",
            max = "134217728")
    int max__octets() default 16777216;
}
