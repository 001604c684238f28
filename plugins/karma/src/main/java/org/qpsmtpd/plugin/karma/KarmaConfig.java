package org.qpsmtpd.plugin.karma;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "karma",
        description = "Remembers how the clients of an address behaved.")
@interface KarmaConfig {
    @AttributeDefinition(
            description = "How far below zero a history is when a penalty begins",
            min = "0")
    int negative() default 1;

    @AttributeDefinition(
            description = "Karma from which on a connection is counted as nice or naughty",
            min = "1")
    int strikes() default 3;

    @AttributeDefinition(
            description = "Days that a penalty lasts, maybe a fraction",
            min = "0",
            max = "36500")
    double penalty__days() default 1;

    @AttributeDefinition(description = "1: refuse, 0: only log, naughty: leave it to naughty")
    String reject() default "naughty";

    @AttributeDefinition(description = "perm, temp, disconnect or temp_disconnect")
    String reject__type() default "disconnect";

    @AttributeDefinition(description = "When the store fails: skip or defer")
    String on__error() default "skip";

    @AttributeDefinition(description = "Has no effect: config/store says where records are")
    String db__dir() default "";

    @AttributeDefinition(description = "Has no effect: the store needs no locks")
    boolean nfslock() default false;
}
