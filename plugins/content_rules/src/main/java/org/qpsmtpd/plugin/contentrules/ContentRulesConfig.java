package org.qpsmtpd.plugin.contentrules;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "content_rules")
@interface ContentRulesConfig {
    @AttributeDefinition(description = "What scores add up to for a message to be refused")
    double threshold() default 5;

    @AttributeDefinition(
            description = "KiB of a message's text, and of its raw body, that are looked at",
            min = "1",
            max = "65536")
    int max__size() default 1024;

    @AttributeDefinition(description = "Whether mail that filters leave alone is looked at, too")
    boolean check__immune() default false;
}
