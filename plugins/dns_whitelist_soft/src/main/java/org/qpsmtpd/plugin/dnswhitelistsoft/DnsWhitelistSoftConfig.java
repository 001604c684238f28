package org.qpsmtpd.plugin.dnswhitelistsoft;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "dns_whitelist_soft")
@interface DnsWhitelistSoftConfig {
    @AttributeDefinition(description = "When the answers are waited for: rcpt or connect")
    String at() default "rcpt";

    @AttributeDefinition(
            description = "Seconds that the lists are waited for",
            min = "1",
            max = "300")
    int timeout() default 4;

    @AttributeDefinition(description = "Whether lists are tested by their entries for tests")
    boolean self__test() default true;
}
