package org.qpsmtpd.plugin.bogusbounce;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "bogus_bounce")
@interface BogusBounceConfig {
    @AttributeDefinition(description = "1: refuse, 0: only log, naughty: leave it to naughty")
    String reject() default "0";

    @AttributeDefinition(description = "perm, temp, disconnect or temp_disconnect")
    String reject__type() default "";

    @AttributeDefinition(
            description = "Old way to say reject and reject_type: log, deny or denysoft")
    String action() default "";
}
