package org.qpsmtpd.plugin.auth.authbrake;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "auth/auth_brake",
        description = "Slows down and stops those who guess passwords.")
@interface AuthBrakeConfig {
    @AttributeDefinition(
            description = "Failures of an address, and of a user, that cost nothing.",
            min = "0",
            max = "1000")
    int free() default 3;

    @AttributeDefinition(
            description = "Seconds that each further failure adds to the next attempt.",
            min = "0",
            max = "60")
    int delay() default 2;

    @AttributeDefinition(
            description = "Seconds that an attempt waits at most.",
            min = "0",
            max = "60")
    int longest__delay() default 20;

    @AttributeDefinition(
            description = "Failures after which an address is not let try any more; 0: never.",
            min = "0",
            max = "1000000")
    int block__after() default 30;

    @AttributeDefinition(
            description = "Seconds from the first failure on after which all are forgotten.",
            min = "1",
            max = "2592000")
    int within() default 3600;

    @AttributeDefinition(
            description = "Leading bits of the network of an IPv6 address.",
            min = "0",
            max = "128")
    int ipv6__prefix() default 64;

    @AttributeDefinition(description = "When the store fails: pass or defer.")
    String on__error() default "pass";
}
