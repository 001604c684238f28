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
            description = "Accepted for qpsmtpd's sake; there is no DNS test to wait for",
            min = "1")
    int timeout() default 5;

    @AttributeDefinition(
            description = "Accepted for qpsmtpd's sake; there is no DNS test to wait for",
            min = "1")
    int dns__timeout() default 5;
}
