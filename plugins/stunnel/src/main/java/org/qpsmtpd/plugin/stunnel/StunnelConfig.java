package org.qpsmtpd.plugin.stunnel;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "stunnel", description = "Learns from stunnel who the client is.")
@interface StunnelConfig {
    @AttributeDefinition(description = "Whether a PROXY line of this machine is believed")
    boolean proxy() default false;
}
