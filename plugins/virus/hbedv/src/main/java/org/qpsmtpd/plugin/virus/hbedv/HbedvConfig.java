package org.qpsmtpd.plugin.virus.hbedv;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "virus/hbedv",
        description = "Has H+BEDV's program antivir look for viruses.")
@interface HbedvConfig {
    @AttributeDefinition(description = "Absolute path of antivir.")
    String hbedvscanner() default "/usr/bin/antivir";

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
