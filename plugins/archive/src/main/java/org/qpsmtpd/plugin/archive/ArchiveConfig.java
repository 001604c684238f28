package org.qpsmtpd.plugin.archive;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "archive",
        description = "Keeps a copy of each accepted message in a maildir.")
@interface ArchiveConfig {
    @AttributeDefinition(
            description =
                    "Directory that holds the maildirs; below the home directory if relative.")
    String path() default "";

    @AttributeDefinition(
            description =
                    "Pattern of the maildir below path: %Y, %m and %D are year, month and day in"
                            + " UTC, %l, %d and %u of each recipient; empty: path is the only one.",
            required = false)
    String subdir() default "%Y/%m/%D";

    @AttributeDefinition(description = "Mode of directories, three octal digits, the first 7.")
    String mode() default "700";

    @AttributeDefinition(
            description =
                    "Whether a message is deferred of which no copy can be kept; otherwise a copy"
                            + " that fails is logged.")
    boolean durable() default true;
}
