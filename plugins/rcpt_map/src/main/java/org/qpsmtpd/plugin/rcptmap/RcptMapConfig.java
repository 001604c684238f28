package org.qpsmtpd.plugin.rcptmap;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "rcpt_map",
        description = "Decides about the recipients of a domain by a map.")
@interface RcptMapConfig {
    @AttributeDefinition(description = "The domain whose recipients are decided about")
    String domain() default "";

    @AttributeDefinition(description = "The map: lines ADDRESS CODE [TEXT]")
    String file() default "";

    @AttributeDefinition(
            name = "default",
            description = "What others get: CODE, or CODE=Text_with_underscores")
    String default$() default "DENY=No_such_user.";
}
