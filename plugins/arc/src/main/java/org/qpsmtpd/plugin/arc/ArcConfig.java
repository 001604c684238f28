package org.qpsmtpd.plugin.arc;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "arc",
        description =
                "Verifies the ARC chains of forwarded mail, and seals mail that is handed on.")
@interface ArcConfig {
    @AttributeDefinition(
            description = "As which domain mail of others is sealed; empty: it is not sealed.",
            required = false)
    String seal() default "";

    @AttributeDefinition(
            description =
                    "Seconds that the DNS may take for all keys when the message has arrived.",
            min = "1",
            max = "300")
    int timeout() default 10;
}
