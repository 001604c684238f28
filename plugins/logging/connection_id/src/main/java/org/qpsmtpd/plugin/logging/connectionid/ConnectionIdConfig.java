package org.qpsmtpd.plugin.logging.connectionid;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "logging/connection_id",
        description = "Writes the log to standard error, each line with the id of its connection.")
@interface ConnectionIdConfig {
    @AttributeDefinition(
            description =
                    "The least urgent level that is written: 0 to 7, or a name such as WARN or"
                            + " LOGINFO.")
    String level() default "WARN";
}
