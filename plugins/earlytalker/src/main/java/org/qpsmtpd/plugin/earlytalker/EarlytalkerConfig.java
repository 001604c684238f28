package org.qpsmtpd.plugin.earlytalker;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "earlytalker")
@interface EarlytalkerConfig {
    /** The key is {@code wait}; an annotation cannot have a method of that name. */
    @AttributeDefinition(
            description = "Seconds in which the client must be silent",
            min = "0",
            max = "240")
    int wait$() default 1;

    @AttributeDefinition(description = "When to listen: CONNECT, DATA, or both")
    String[] check__at() default "CONNECT";

    @AttributeDefinition(
            description = "Whether a client that spoke before the greeting is refused at MAIL")
    boolean defer__reject() default false;

    @AttributeDefinition(
            description = "Old way to say reject and reject_type: deny, denysoft or log")
    String action() default "";
}
