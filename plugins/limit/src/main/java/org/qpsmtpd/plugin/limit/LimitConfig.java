package org.qpsmtpd.plugin.limit;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "limit",
        description = "Limits how much a client may do within a time.")
@interface LimitConfig {
    @AttributeDefinition(
            description = "Leading bits of the network of an IPv4 address",
            min = "0",
            max = "32")
    int ipv4__prefix() default 24;

    @AttributeDefinition(
            description = "Leading bits of the network of an IPv6 address",
            min = "0",
            max = "128")
    int ipv6__prefix() default 64;

    @AttributeDefinition(description = "When the store fails: pass or defer")
    String on__error() default "pass";
}
