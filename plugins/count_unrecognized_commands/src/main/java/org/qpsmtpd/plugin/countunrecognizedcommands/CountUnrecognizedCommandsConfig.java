package org.qpsmtpd.plugin.countunrecognizedcommands;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "count_unrecognized_commands")
@interface CountUnrecognizedCommandsConfig {
    @AttributeDefinition(
            description = "The unknown command, counted from 1, that closes the connection",
            min = "1")
    int limit() default 4;
}
