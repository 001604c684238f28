package org.qpsmtpd.plugin.queue.kafka;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "queue/kafka",
        description = "Publishes each message to a topic of Kafka.")
@interface KafkaConfig {
    @AttributeDefinition(
            description =
                    "Brokers to begin with, HOST or HOST:PORT with commas between them. Required.")
    String servers() default "";

    @AttributeDefinition(description = "The topic. Required.")
    String topic() default "";

    @AttributeDefinition(
            description =
                    "Key of the record: %d is the recipient's domain, %l its local part. Empty for"
                            + " none.",
            required = false)
    String key() default "";

    @AttributeDefinition(
            description = "Octets of the largest message.",
            min = "1",
            max = "1000000000")
    int max__octets() default 1048576;

    @AttributeDefinition(
            description = "How the user logs in, when there is one.",
            options = {
                @Option(label = "plain", value = "plain"),
                @Option(label = "scram_sha_256", value = "scram_sha_256"),
                @Option(label = "scram_sha_512", value = "scram_sha_512")
            })
    String sasl() default "scram_sha_512";

    @AttributeDefinition(
            description = "How records are compressed.",
            options = {
                @Option(label = "none", value = "none"),
                @Option(label = "gzip", value = "gzip")
            })
    String compression() default "none";
}
