package org.qpsmtpd.plugin.badmailfrom;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "badmailfrom", description = "Refuses senders that are on a list.")
@interface BadmailfromConfig {
    @AttributeDefinition(description = "Whether each recipient has lists of its own, asked at RCPT")
    boolean per__recipient() default false;
}
