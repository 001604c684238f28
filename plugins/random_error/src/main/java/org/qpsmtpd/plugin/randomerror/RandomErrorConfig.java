package org.qpsmtpd.plugin.randomerror;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "random_error", description = "Fails at random, to test clients.")
@interface RandomErrorConfig {
    @AttributeDefinition(
            description =
                    "Per cent of the messages that fail, 0 to 100, also with a fraction; negative:"
                            + " none.")
    String percentage() default "1";
}
