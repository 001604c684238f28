package org.qpsmtpd.plugin.dnsbl;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "dnsbl")
@interface DnsblConfig {
    @AttributeDefinition(
            description = "Seconds that the lists may take to answer",
            min = "1",
            max = "300")
    int timeout() default 30;

    @AttributeDefinition(
            description = "What the weights of the lists with a hit must reach",
            min = "1",
            max = "100000")
    int threshold() default 1;

    @AttributeDefinition(description = "Whether lists are tested by their entries for tests")
    boolean self__test() default true;
}
