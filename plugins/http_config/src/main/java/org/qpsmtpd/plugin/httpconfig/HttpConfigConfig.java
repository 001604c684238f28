package org.qpsmtpd.plugin.httpconfig;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "http_config",
        description = "Supplies configuration that it fetches over HTTP.")
@interface HttpConfigConfig {
    @AttributeDefinition(description = "Address to which the name of a file is added")
    String url() default "";

    @AttributeDefinition(description = "Further ones, asked in order when those before have none")
    String[] more() default {};

    @AttributeDefinition(description = "Seconds that a look-up waits at most", min = "1", max = "9")
    int timeout() default 5;

    @AttributeDefinition(
            description = "Seconds after which an answer is asked for again",
            min = "1",
            max = "86400")
    int life() default 60;

    @AttributeDefinition(
            description = "Octets that an answer may have",
            min = "1",
            max = "16777216")
    int size__limit() default 1048576;

    @AttributeDefinition(description = "PEM file of the authorities to trust; else the JDK's")
    String ca() default "";
}
