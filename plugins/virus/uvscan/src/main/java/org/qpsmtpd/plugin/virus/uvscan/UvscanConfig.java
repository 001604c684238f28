package org.qpsmtpd.plugin.virus.uvscan;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "virus/uvscan",
        description = "Has McAfee's program uvscan look for viruses.")
@interface UvscanConfig {
    @AttributeDefinition(description = "Absolute path of uvscan.")
    String uvscan__location() default "/usr/local/bin/uvscan";

    @AttributeDefinition(
            description =
                    "yes: a message with a virus is refused; no: the header says so; naughty:"
                            + " the refusal is left to the plugin naughty; quarantine: it is kept apart.",
            options = {
                @Option(label = "yes", value = "yes"),
                @Option(label = "no", value = "no"),
                @Option(label = "naughty", value = "naughty"),
                @Option(label = "quarantine", value = "quarantine")
            })
    String deny__viruses() default "yes";

    @AttributeDefinition(description = "Octets above which a message is not scanned.", min = "1")
    long max__size() default 250_000;

    @AttributeDefinition(description = "Whether messages without parts are scanned, too.")
    boolean scan__all() default true;

    @AttributeDefinition(
            description = "What a message gets that cannot be scanned: skip or defer.",
            options = {
                @Option(label = "skip", value = "skip"),
                @Option(label = "defer", value = "defer")
            })
    String on__error() default "skip";

    @AttributeDefinition(
            description = "Seconds that the program may take for a message; it is killed then.",
            min = "1",
            max = "280")
    int timeout() default 60;
}
