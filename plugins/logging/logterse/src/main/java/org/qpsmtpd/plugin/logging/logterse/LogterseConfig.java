package org.qpsmtpd.plugin.logging.logterse;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "logging/logterse",
        description = "Sums up in one line of the log what became of each message.")
@interface LogterseConfig {
    @AttributeDefinition(description = "Stands before the fields, so that the line can be found.")
    String prefix() default "`";

    @AttributeDefinition(
            description =
                    "What stands before the prefix: plugin for 'logging::logterse plugin (HOOK): ',"
                            + " as programs for qpsmtpd up to 0.84 look for; colon for"
                            + " 'logging::logterse: ', as those for later ones do; none.")
    String style() default "plugin";
}
