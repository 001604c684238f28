package org.qpsmtpd.plugin.queue.maildir;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "queue/maildir", description = "Stores each message in a maildir.")
@interface MaildirConfig {
    @AttributeDefinition(
            description = "The maildir; with subdir the directory that holds all maildirs.")
    String path() default "";

    @AttributeDefinition(
            description =
                    "Maildir of each recipient below path: %l is the local part, %d the domain, %u"
                            + " the address. Empty: one maildir for all.",
            required = false)
    String subdir() default "";

    @AttributeDefinition(
            description =
                    "Mode of directories as three octal digits; files get it without the execute"
                            + " bits.",
            required = false)
    String mode() default "700";

    @AttributeDefinition(
            description =
                    "How much each maildir may hold, as Maildir++ writes it: 10000000S,1000C are"
                            + " octets and messages. Empty: what the file maildirsize in it says.",
            required = false)
    String quota() default "";
}
