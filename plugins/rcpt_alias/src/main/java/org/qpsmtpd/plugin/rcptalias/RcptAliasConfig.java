package org.qpsmtpd.plugin.rcptalias;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "rcpt_alias",
        description = "Delivers to others instead of recipients that are aliases.")
@interface RcptAliasConfig {
    @AttributeDefinition(description = "Characters that begin an extension: user+ext is user")
    String extn() default "+";

    @AttributeDefinition(
            description = "For how many others one recipient may stand",
            min = "1",
            max = "1000")
    int most() default 100;
}
