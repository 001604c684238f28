package org.qpsmtpd.plugin.logging.json;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "logging/json",
        description =
                "Writes what happens to mail as JSON, a line for each decision and each message.")
@interface JsonConfig {
    @AttributeDefinition(
            description =
                    "Path of a file, relative to the server's home directory, or stdout or stderr.")
    String to() default "stderr";

    @AttributeDefinition(
            description =
                    "The least urgent level of lines of the log that are written, too: 0 to 7, or a"
                            + " name.")
    String loglevel() default "WARN";
}
