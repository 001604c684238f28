package org.qpsmtpd.plugin.relay;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of {@link RelayPlugin}. */
@ObjectClassDefinition(
        name = "relay",
        description = "Decides by the client's address whether it may send mail to any domain.")
@interface RelayConfig {
    @AttributeDefinition(
            name = "only",
            description = "Whether recipients are refused from every client that may not relay.")
    boolean only() default false;
}
