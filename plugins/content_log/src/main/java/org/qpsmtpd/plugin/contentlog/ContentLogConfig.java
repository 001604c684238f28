package org.qpsmtpd.plugin.contentlog;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "content_log")
@interface ContentLogConfig {
    @AttributeDefinition(
            description = "MiB that a file may have before no message is added to it",
            min = "1",
            max = "1048576")
    int file__limit() default 1024;
}
