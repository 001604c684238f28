package org.qpsmtpd.plugin.mtahooks;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "mta_hooks",
        description = "Has services that speak HTTP and JSON judge and change mail.")
@interface MtaHooksConfig {
    @AttributeDefinition(description = "Where the service is: http://HOST:PORT/PATH.")
    String url() default "";

    @AttributeDefinition(
            description =
                    "When it is asked: connect, ehlo, mail, rcpt, data; several with commas"
                            + " between them.")
    String stages() default "data";

    @AttributeDefinition(
            description = "What a command or a message gets when the service does not answer.",
            options = {
                @Option(label = "defer", value = "defer"),
                @Option(label = "skip", value = "skip")
            })
    String on__error() default "defer";

    @AttributeDefinition(
            description =
                    "What the service gets of the body: text, raw_base64 (the whole message as it"
                            + " is) or none.",
            options = {
                @Option(label = "text", value = "text"),
                @Option(label = "raw_base64", value = "raw_base64"),
                @Option(label = "none", value = "none")
            })
    String contents() default "text";

    @AttributeDefinition(description = "Octets above which a message is large.", min = "1")
    long max__size() default 20_000_000;

    @AttributeDefinition(
            description =
                    "What is done with a large message: head (the service is asked without the"
                            + " body), skip (it is not asked) or defer.",
            options = {
                @Option(label = "head", value = "head"),
                @Option(label = "skip", value = "skip"),
                @Option(label = "defer", value = "defer")
            })
    String larger() default "head";

    @AttributeDefinition(description = "Whether the changes that the service asks for are made.")
    boolean changes() default true;

    @AttributeDefinition(
            description = "Octets that the answer about a message may have; held in memory.",
            min = "1024",
            max = "104857600")
    int max__answer() default 4_194_304;

    @AttributeDefinition(
            description =
                    "File with the service's token on its first line, or with the password of user.",
            required = false)
    String token__file() default "";

    @AttributeDefinition(
            description = "The user whose password is in token_file; empty: that is a token.",
            required = false)
    String user() default "";
}
