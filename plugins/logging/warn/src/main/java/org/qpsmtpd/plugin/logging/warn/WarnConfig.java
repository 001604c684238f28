package org.qpsmtpd.plugin.logging.warn;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "logging/warn", description = "Writes the log to standard error.")
@interface WarnConfig {
    @AttributeDefinition(
            description =
                    "The least urgent level that is written: 0 to 7, or a name such as WARN or"
                            + " LOGINFO.")
    String level() default "WARN";
}
