package org.qpsmtpd.plugin.greylisting;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "greylisting",
        description = "Has unknown senders come again before their mail is taken.")
@interface GreylistingConfig {
    @AttributeDefinition(description = "Whether the client's address is part of the key")
    boolean remote__ip() default true;

    @AttributeDefinition(description = "Whether the sender is part of the key")
    boolean sender() default false;

    @AttributeDefinition(description = "Whether the recipient is part of the key")
    boolean recipient() default false;

    @AttributeDefinition(
            description = "Leading bits of an IPv4 address that count",
            min = "0",
            max = "32")
    int ipv4__prefix() default 32;

    @AttributeDefinition(
            description = "Leading bits of an IPv6 address that count",
            min = "0",
            max = "128")
    int ipv6__prefix() default 64;

    @AttributeDefinition(
            description = "Whether a domain that SPF or DKIM vouches for stands for the address")
    boolean domain() default false;

    @AttributeDefinition(
            description = "After how many senders its network needs to wait no more; 0 for never",
            min = "0")
    int auto__allow() default 0;

    @AttributeDefinition(description = "Seconds in which all is deferred", min = "0")
    long black__timeout() default 3_000;

    @AttributeDefinition(
            description = "Seconds within which a sender must come again; 0 for white_timeout",
            min = "0")
    long grey__timeout() default 0;

    @AttributeDefinition(
            description = "Seconds after which a sender is unknown again",
            min = "1",
            max = "315360000")
    long white__timeout() default 3_110_400;

    @AttributeDefinition(description = "0: at once, 1: at DATA, message: after the message")
    String deny__late() default "0";

    @AttributeDefinition(description = "Whether each recipient may have settings of its own")
    boolean per__recipient() default false;

    @AttributeDefinition(description = "Only clients with one of these: genre,windows,distance,8")
    String[] p0f() default {};

    @AttributeDefinition(description = "Countries whose clients need not wait")
    String[] geoip() default {};

    @AttributeDefinition(description = "Old way to say reject: denysoft, testonly or off")
    String mode() default "denysoft";

    @AttributeDefinition(description = "When the store fails: skip or defer")
    String on__error() default "skip";

    @AttributeDefinition(description = "Has no effect: config/store says where entries are")
    String db__dir() default "";

    @AttributeDefinition(description = "Has no effect: belongs into config/store")
    String redis() default "";

    @AttributeDefinition(description = "Has no effect: the store needs no locks")
    boolean nfslock() default false;

    @AttributeDefinition(description = "Has no effect: entries are imported by a command")
    String upgrade() default "";
}
