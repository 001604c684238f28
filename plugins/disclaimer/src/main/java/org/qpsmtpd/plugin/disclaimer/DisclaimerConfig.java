package org.qpsmtpd.plugin.disclaimer;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "disclaimer")
@interface DisclaimerConfig {
    @AttributeDefinition(description = "Whose mail gets the text: relay, domains, either, both")
    String whose() default "relay";

    @AttributeDefinition(description = "What is done to mail with a DKIM signature: skip, append")
    String dkim__signed() default "skip";
}
