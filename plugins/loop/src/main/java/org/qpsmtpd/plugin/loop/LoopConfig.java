package org.qpsmtpd.plugin.loop;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "loop")
@interface LoopConfig {
    @AttributeDefinition(
            description = "How many Received and Delivered-To fields make a message refused",
            min = "1")
    int max__hops() default 100;
}
