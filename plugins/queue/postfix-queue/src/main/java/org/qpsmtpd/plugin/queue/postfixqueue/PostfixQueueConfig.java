package org.qpsmtpd.plugin.queue.postfixqueue;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "queue/postfix-queue",
        description = "Puts each message into the queue of Postfix.")
@interface PostfixQueueConfig {
    @AttributeDefinition(
            description =
                    "Absolute path of the socket of Postfix's cleanup. The environment's"
                            + " POSTFIXQUEUE and the file cleanup_sockets come before it. Empty:"
                            + " /var/spool/postfix/public/cleanup.",
            required = false)
    String socket() default "";

    @AttributeDefinition(
            description = "Words such as FLAG_FILTER: what cleanup does with the message.",
            required = false)
    String[] flags() default {};

    @AttributeDefinition(
            description =
                    "Seconds for one message in all; then it is deferred. The server itself gives a"
                            + " hook 300.",
            min = "1",
            max = "290")
    int timeout() default 240;
}
