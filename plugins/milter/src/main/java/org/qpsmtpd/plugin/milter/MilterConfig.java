package org.qpsmtpd.plugin.milter;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "milter",
        description = "Has mail filters that speak the milter protocol judge and change mail.")
@interface MilterConfig {
    @AttributeDefinition(description = "What the filter is called, in replies and in the log.")
    String name() default "";

    @AttributeDefinition(
            description =
                    "Where it listens: PORT of this machine, HOST:PORT, or the absolute path of a"
                            + " socket; several with commas between them.")
    String port() default "";

    @AttributeDefinition(
            description = "What a command or a message gets when the filter does not answer.",
            options = {
                @Option(label = "defer", value = "defer"),
                @Option(label = "skip", value = "skip")
            })
    String on__error() default "defer";

    @AttributeDefinition(
            description = "The macro {daemon_name}; empty: the first line of me.",
            required = false)
    String daemon__name() default "";

    @AttributeDefinition(
            description = "Seconds for the answer to a command.",
            min = "1",
            max = "50")
    int commandSeconds() default 30;

    @AttributeDefinition(
            description = "Seconds for the answer to a field or to a piece of the body.",
            min = "1",
            max = "280")
    int contentSeconds() default 60;

    @AttributeDefinition(
            description =
                    "Seconds for the answer to the end of a message; they begin anew with each sign"
                            + " that the filter still works.",
            min = "1",
            max = "280")
    int endSeconds() default 120;

    @AttributeDefinition(
            description =
                    "Seconds that a connection to the filter is kept for the next client; 0: for"
                            + " none.",
            min = "0",
            max = "3600")
    int keepSeconds() default 10;

    @AttributeDefinition(
            description = "Octets that a new body from the filter may have.",
            min = "1")
    long max__body() default 104_857_600;
}
