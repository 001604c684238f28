package org.qpsmtpd.plugin.virus.kavscanner;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "virus/kavscanner",
        description = "Has Kaspersky's program kavscanner look for viruses.")
@interface KavscannerConfig {
    @AttributeDefinition(description = "Absolute path of kavscanner.")
    String kavscanner__bin() default "/opt/AVP/kavscanner";

    @AttributeDefinition(
            description = "Addresses that get each message with a virus, too.",
            required = false)
    String[] bcc__virusadmin() default {};

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
