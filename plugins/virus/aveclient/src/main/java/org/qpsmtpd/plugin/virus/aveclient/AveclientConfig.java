package org.qpsmtpd.plugin.virus.aveclient;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "virus/aveclient",
        description = "Has Kaspersky's program aveclient look for viruses.")
@interface AveclientConfig {
    @AttributeDefinition(description = "Absolute path of aveclient.")
    String avclient__bin() default "/opt/kav/bin/aveclient";

    @AttributeDefinition(description = "Absolute path of aveserver's socket.")
    String avdaemon__sock() default "/var/run/aveserver";

    @AttributeDefinition(
            description =
                    "Whether a message that cannot be scanned is refused; comes before"
                            + " on_error.")
    boolean blockonerror() default false;

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
