package org.qpsmtpd.plugin.loadcheck;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "loadcheck")
@interface LoadcheckConfig {
    @AttributeDefinition(
            description = "Clients are deferred while the load of one minute is above this.")
    double max__load() default 7;

    @AttributeDefinition(description = "Seconds for which a load counts as known.", min = "0")
    int cache__time() default 10;
}
