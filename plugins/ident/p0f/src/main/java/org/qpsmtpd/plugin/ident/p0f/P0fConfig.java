package org.qpsmtpd.plugin.ident.p0f;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "ident/p0f",
        description = "Tells what operating system a client has, as p0f sees it.")
@interface P0fConfig {
    @AttributeDefinition(description = "Path of the socket that p0f -s listens on. Required.")
    String socket() default "";

    @AttributeDefinition(description = "Version of p0f; 3 is the only one.")
    int version() default 3;

    @AttributeDefinition(
            description =
                    "Regular expression; a client whose system it matches in any letter case loses"
                            + " karma.",
            required = false)
    String smite__os() default "";

    @AttributeDefinition(description = "Whether each message gets the fields X-P0F-*.")
    boolean add__headers() default true;

    @AttributeDefinition(
            description = "Milliseconds that a client waits for what p0f says.",
            min = "10",
            max = "30000")
    int timeoutMillis() default 1000;
}
