package org.qpsmtpd.plugin.helo;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(name = "helo")
@interface HeloConfig {
    @AttributeDefinition(
            description = "Which tests are made",
            options = {
                @Option(label = "lenient", value = "lenient"),
                @Option(label = "rfc", value = "rfc"),
                @Option(label = "strict", value = "strict")
            })
    String policy() default "lenient";

    @AttributeDefinition(
            description = "Seconds that the DNS may take for all questions",
            min = "1",
            max = "300")
    int timeout() default 5;

    @AttributeDefinition(
            description = "The same; goes before timeout unless it is 0",
            min = "0",
            max = "300")
    int dns__timeout() default 0;
}
