package org.qpsmtpd.plugin.connectiontime;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "connection_time", description = "Logs how long connections last.")
@interface ConnectionTimeConfig {
    @AttributeDefinition(
            description = "The level of the line: 0 to 7, or a name such as INFO or LOGWARN.")
    String level() default "INFO";
}
