package org.example.stamp;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "sample", description = "Adds a header field with a number.")
@interface StampConfig {
    @AttributeDefinition(description = "Name of the field.")
    String header() default "X-Sample-Stamp";
}
