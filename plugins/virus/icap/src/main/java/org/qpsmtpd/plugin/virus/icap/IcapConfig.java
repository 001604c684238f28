package org.qpsmtpd.plugin.virus.icap;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(name = "virus/icap", description = "Has an ICAP server look for viruses.")
@interface IcapConfig {
    @AttributeDefinition(
            description =
                    "Where the server listens: HOST:PORT or the absolute path of a socket; several"
                            + " with commas between them.")
    String icap__server() default "localhost:1344";

    @AttributeDefinition(description = "The service of the server that looks for viruses.")
    String icap__service() default "avscan";

    @AttributeDefinition(
            description = "How a message is sent: respmod, as an answer, or reqmod, as a request.",
            options = {
                @Option(label = "respmod", value = "respmod"),
                @Option(label = "reqmod", value = "reqmod")
            })
    String method() default "respmod";

    @AttributeDefinition(
            description =
                    "Whether the server sees the beginning of a message first, as long as it wants"
                            + " it to be, and says whether it needs the rest.")
    boolean preview() default true;

    @AttributeDefinition(
            description =
                    "yes: a message with a virus is refused; no: the header says so; naughty: the"
                            + " refusal is left to the plugin naughty.",
            options = {
                @Option(label = "yes", value = "yes"),
                @Option(label = "no", value = "no"),
                @Option(label = "naughty", value = "naughty")
            })
    String deny__viruses() default "yes";

    @AttributeDefinition(
            description =
                    "What a message counts as that the server would change without saying why: as"
                            + " one with a virus, or as clean.",
            options = {
                @Option(label = "virus", value = "virus"),
                @Option(label = "clean", value = "clean")
            })
    String modified() default "virus";

    @AttributeDefinition(
            description = "Units of 1024 octets above which a message is not scanned.",
            min = "1")
    long max__size() default 10_240;

    @AttributeDefinition(
            description = "What a message gets that cannot be scanned: skip or defer.",
            options = {
                @Option(label = "skip", value = "skip"),
                @Option(label = "defer", value = "defer")
            })
    String on__error() default "skip";
}
