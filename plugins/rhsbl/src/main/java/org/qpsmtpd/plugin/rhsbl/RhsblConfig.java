package org.qpsmtpd.plugin.rhsbl;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "rhsbl")
@interface RhsblConfig {
    @AttributeDefinition(description = "Whether lists are tested by their entries for tests")
    boolean self__test() default true;
}
