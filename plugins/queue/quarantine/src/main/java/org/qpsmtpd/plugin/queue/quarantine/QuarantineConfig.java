package org.qpsmtpd.plugin.queue.quarantine;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "queue/quarantine",
        description = "Keeps suspicious messages apart, where an administrator looks at them.")
@interface QuarantineConfig {
    @AttributeDefinition(
            description = "The maildir; empty: a folder of the server's own.",
            required = false)
    String path() default "";

    @AttributeDefinition(
            description = "Days after which a message is deleted; 0: never.",
            min = "0",
            max = "36500")
    int days() default 30;

    @AttributeDefinition(
            description =
                    "MiB of all messages together, above which the oldest are deleted; 0: no limit.",
            min = "0",
            max = "1000000000")
    long max__size() default 1024;

    @AttributeDefinition(
            description = "Maildir for messages that are released; empty: release_by takes them.",
            required = false)
    String release__to() default "";

    @AttributeDefinition(
            description = "Absolute path of a program like sendmail that takes released messages.")
    String release__by() default "/usr/sbin/sendmail";
}
