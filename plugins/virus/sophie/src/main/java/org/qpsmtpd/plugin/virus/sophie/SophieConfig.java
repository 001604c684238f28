package org.qpsmtpd.plugin.virus.sophie;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "virus/sophie",
        description = "Has Sophos' engine look for viruses, by the daemon Sophie.")
@interface SophieConfig {
    @AttributeDefinition(
            description = "Absolute path of Sophie's socket; several with commas between them.")
    String sophie__socket() default "/var/run/sophie";

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
}
