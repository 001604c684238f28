package org.qpsmtpd.plugin.queue.qmailqueue;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "queue/qmail-queue",
        description = "Hands each message to the program qmail-queue.")
@interface QmailQueueConfig {
    @AttributeDefinition(
            description =
                    "Absolute path of the program; the environment's QMAILQUEUE comes before it."
                            + " Empty: bin/qmail-queue in the environment's QMAIL or /var/qmail.",
            required = false)
    String program() default "";

    @AttributeDefinition(
            description =
                    "Seconds for one message in all; then the program is killed and the message"
                            + " deferred. The server itself gives a hook 300.",
            min = "1",
            max = "290")
    int timeout() default 240;
}
