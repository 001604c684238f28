package org.qpsmtpd.plugin.uribl;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "uribl")
@interface UriblConfig {
    @AttributeDefinition(description = "What is done about a hit: add-header, deny, denysoft, log")
    String action() default "add-header";

    @AttributeDefinition(
            description = "Seconds that the lists may take to answer",
            min = "1",
            max = "300")
    int timeout() default 30;

    @AttributeDefinition(description = "Whether the header is searched, too")
    boolean scan__headers() default false;

    @AttributeDefinition(description = "Another name of scan-headers")
    boolean check__headers() default false;

    @AttributeDefinition(description = "Whether addresses are looked up as well as names")
    boolean checkip() default true;

    @AttributeDefinition(
            description = "How many hosts of a message are looked up",
            min = "1",
            max = "10000")
    int max__hosts() default 100;

    @AttributeDefinition(
            description = "How many questions are asked about a message",
            min = "1",
            max = "100000")
    int max__lookups() default 1000;

    @AttributeDefinition(description = "Whether lists are tested by their entries for tests")
    boolean self__test() default true;
}
