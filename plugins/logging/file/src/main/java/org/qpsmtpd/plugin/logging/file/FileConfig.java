package org.qpsmtpd.plugin.logging.file;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "logging/file",
        description = "Writes the log to a file or to a command.")
@interface FileConfig {
    @AttributeDefinition(
            description =
                    "What follows on qpsmtpd's line, as it is written: [loglevel LEVEL] [nosplit] [reopen] [tsformat"
                            + " FORMAT] PATH or |COMMAND.")
    String arguments() default "";
}
