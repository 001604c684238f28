package org.qpsmtpd.plugin.headers;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "headers")
@interface HeadersConfig {
    @AttributeDefinition(
            description = "Names of the fields a message must have, separated by commas")
    String[] require() default "From";

    @AttributeDefinition(
            description = "How many days old the Date may be; 0 for any number",
            min = "0",
            max = "36500")
    int past() default 0;

    @AttributeDefinition(
            description = "How many days ahead the Date may be; 0 for any number",
            min = "0",
            max = "36500")
    int future() default 0;

    @AttributeDefinition(
            description = "Old way to say past and future in one",
            min = "0",
            max = "36500")
    int days() default 0;
}
