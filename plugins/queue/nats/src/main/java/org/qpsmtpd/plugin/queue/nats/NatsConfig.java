package org.qpsmtpd.plugin.queue.nats;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "queue/nats",
        description = "Publishes each message to a stream of NATS JetStream.")
@interface NatsConfig {
    @AttributeDefinition(
            description =
                    "Servers, HOST or HOST:PORT with commas between them; one that can be reached is"
                            + " used. Required.")
    String servers() default "";

    @AttributeDefinition(
            description =
                    "The subject, which a stream must have: %d is the recipient's domain, %l its"
                            + " local part. Required.")
    String subject() default "";

    @AttributeDefinition(
            description = "Octets of the largest message.",
            min = "1",
            max = "67108864")
    int max__octets() default 1048576;
}
