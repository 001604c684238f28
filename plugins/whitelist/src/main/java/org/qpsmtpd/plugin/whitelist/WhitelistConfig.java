package org.qpsmtpd.plugin.whitelist;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "whitelist",
        description = "Leaves filters aside for hosts and senders that are listed.")
@interface WhitelistConfig {
    @AttributeDefinition(description = "Whether each recipient has lists of its own, asked at RCPT")
    boolean per__recipient() default false;

    @AttributeDefinition(description = "Whether the server's lists count for these recipients too")
    boolean merge() default true;
}
