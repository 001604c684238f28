package org.qpsmtpd.plugin.bcc;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "bcc", description = "Sends copies that nobody sees.")
@interface BccConfig {
    @AttributeDefinition(description = "bcc: nobody sees it, cc: a header field says so")
    String mode() default "bcc";

    @AttributeDefinition(description = "Who gets a copy of all messages")
    String[] all() default {};

    @AttributeDefinition(description = "Who gets a copy of messages of clients that may not relay")
    String[] incoming() default {};

    @AttributeDefinition(description = "Who gets a copy of messages of clients that may relay")
    String[] outgoing() default {};
}
