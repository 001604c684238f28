package org.qpsmtpd.plugin.rcptlist;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "rcpt_list",
        description = "Refuses recipients that are not on a list.")
@interface RcptListConfig {
    @AttributeDefinition(description = "Characters that begin an extension: user+ext is user")
    String extn() default "+";
}
