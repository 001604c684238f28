package org.qpsmtpd.plugin.virus.bitdefender;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "virus/bitdefender",
        description = "Has BitDefender's program bdc look for viruses.")
@interface BitdefenderConfig {
    @AttributeDefinition(description = "Absolute path of bdc.")
    String bitdefender__location() default "/opt/bdc/bdc";

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

    @AttributeDefinition(
            description = "Units of 1024 octets above which a message is not scanned.",
            min = "1")
    long max__size() default 128;

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
