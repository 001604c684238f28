package org.qpsmtpd.plugin.queue.eximbsmtp;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "queue/exim-bsmtp",
        description = "Hands each message to Exim by its batched SMTP.")
@interface EximBsmtpConfig {
    @AttributeDefinition(description = "Absolute path of Exim, or of another name of it.")
    String exim__path() default "/usr/sbin/rsmtp";

    @AttributeDefinition(
            description =
                    "Seconds for one message; then Exim is killed and the message deferred. The"
                            + " server itself gives a hook 300.",
            min = "1",
            max = "290")
    int timeout() default 240;
}
