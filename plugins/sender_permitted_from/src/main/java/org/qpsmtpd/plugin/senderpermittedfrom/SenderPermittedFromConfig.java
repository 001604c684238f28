package org.qpsmtpd.plugin.senderpermittedfrom;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "sender_permitted_from")
@interface SenderPermittedFromConfig {
    @AttributeDefinition(
            description = "From 0, refuse nothing, to 6, refuse whoever is not let send",
            min = "0",
            max = "6")
    int reject() default 0;

    @AttributeDefinition(
            description = "Older option: 1 is the same as reject 3, 2 as reject 4",
            min = "0",
            max = "2")
    int spf__deny() default 0;

    @AttributeDefinition(description = "Whether the name in HELO is looked at first")
    boolean check__helo() default true;

    @AttributeDefinition(
            description =
                    "From 0, refuse nothing, to 4, where the author's domain has no policy of DMARC",
            min = "0",
            max = "4")
    int no__dmarc__policy() default 0;

    @AttributeDefinition(
            description =
                    "Whether a failure is refused after the message only, unless it passes DMARC,"
                            + " where the sender's domain has a policy of DMARC")
    boolean leave__to__dmarc() default true;

    @AttributeDefinition(description = "Whether the field Received-SPF is added")
    boolean received__spf() default true;

    @AttributeDefinition(
            description = "Seconds that the DNS may take for all questions of a sender",
            min = "1",
            max = "300")
    int timeout() default 20;
}
