package org.qpsmtpd.plugin.dspam;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "dspam",
        description = "Has the program dspam tell what is spam, and teaches it.")
@interface DspamConfig {
    @AttributeDefinition(description = "The program: an absolute path.")
    String dspam__bin() default "/usr/local/bin/dspam";

    @AttributeDefinition(
            description =
                    "From which probability on, 0 to 1, a message is refused of which dspam is"
                            + " wholly sure; 0: never; agree: when SpamAssassin takes it for spam as"
                            + " well.")
    String reject() default "1";

    @AttributeDefinition(
            description = "How to refuse: perm, temp, disconnect or temp_disconnect.",
            required = false)
    String reject__type() default "";

    @AttributeDefinition(
            description =
                    "What dspam is taught by when it was wrong: naughty, karma, spamassassin or"
                            + " any; empty: by nothing.",
            required = false)
    String autolearn() default "";

    @AttributeDefinition(description = "Octets above which a message is not scanned.", min = "1")
    long size__limit() default 500_000;

    @AttributeDefinition(
            description = "Seconds that the program may run for a message.",
            min = "1",
            max = "280")
    int timeoutSeconds() default 30;

    @AttributeDefinition(
            description = "What a message gets that cannot be scanned: skip or defer.",
            options = {
                @Option(label = "skip", value = "skip"),
                @Option(label = "defer", value = "defer")
            })
    String on__error() default "skip";
}
