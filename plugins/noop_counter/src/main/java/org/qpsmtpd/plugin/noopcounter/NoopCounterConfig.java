package org.qpsmtpd.plugin.noopcounter;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "noop_counter")
@interface NoopCounterConfig {
    @AttributeDefinition(
            description = "The NOOP in a row, counted from 1, that closes the connection.",
            min = "1")
    int limit() default 3;
}
