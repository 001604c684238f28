package org.qpsmtpd.plugin.logging.adaptive;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "logging/adaptive",
        description =
                "Writes the log to standard error, and lines about accepted messages again with a"
                        + " mark.")
@interface AdaptiveConfig {
    @AttributeDefinition(
            description = "The least urgent level that is written again for accepted messages.")
    String accept() default "ERROR";

    @AttributeDefinition(description = "The least urgent level that is written at once.")
    String reject() default "WARN";

    @AttributeDefinition(description = "Stands before the lines that are written again.")
    String prefix() default "`";
}
