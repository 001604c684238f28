package org.qpsmtpd.plugin.fcrdns;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "fcrdns")
@interface FcrdnsConfig {
    @AttributeDefinition(
            description = "Seconds that the DNS may take for all questions",
            min = "1",
            max = "300")
    int timeout() default 5;

    @AttributeDefinition(description = "Whether the address must have a name")
    boolean has__reverse__dns() default true;

    @AttributeDefinition(description = "Whether a name of the address must have addresses")
    boolean has__forward__dns() default true;

    @AttributeDefinition(description = "Without effect: the plugin never refuses")
    String reject() default "0";

    @AttributeDefinition(description = "Without effect: the plugin never refuses")
    String reject__type() default "";
}
