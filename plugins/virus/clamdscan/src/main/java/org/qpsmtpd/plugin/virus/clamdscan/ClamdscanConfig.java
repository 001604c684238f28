package org.qpsmtpd.plugin.virus.clamdscan;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(name = "virus/clamdscan", description = "Has clamd look for viruses.")
@interface ClamdscanConfig {
    @AttributeDefinition(
            description =
                    "Where clamd listens: the absolute path of a socket or HOST:PORT; several with"
                            + " commas between them.")
    String clamd__socket() default "/var/run/clamav/clamd.ctl";

    @AttributeDefinition(
            description = "Host of clamd, where clamd_port is given; several with commas.")
    String clamd__host() default "localhost";

    @AttributeDefinition(
            description = "Port of clamd, which then counts in place of clamd_socket; 0: none.",
            min = "0",
            max = "65535")
    int clamd__port() default 0;

    @AttributeDefinition(
            description =
                    "yes: a message with a virus is refused; no: the header says so; naughty: the"
                            + " refusal is left to the plugin naughty; quarantine: it is kept"
                            + " apart.",
            options = {
                @Option(label = "yes", value = "yes"),
                @Option(label = "no", value = "no"),
                @Option(label = "naughty", value = "naughty"),
                @Option(label = "quarantine", value = "quarantine")
            })
    String deny__viruses() default "yes";

    @AttributeDefinition(
            description = "The same as on_error defer; on_error comes first where it is given.")
    boolean defer__on__error() default false;

    @AttributeDefinition(
            description =
                    "What a message gets that cannot be scanned: skip or defer; empty: as"
                            + " defer_on_error says.",
            required = false)
    String on__error() default "";

    @AttributeDefinition(
            description = "Units of 1024 octets above which a message is not scanned.",
            min = "1")
    long max__size() default 1024;

    @AttributeDefinition(description = "Whether messages without parts are scanned, too.")
    boolean scan__all() default true;

    @AttributeDefinition(
            description =
                    "stream: messages are sent to clamd; file: those in a spool file are read by"
                            + " clamd there; fdpass: their open files are passed to clamd.",
            options = {
                @Option(label = "stream", value = "stream"),
                @Option(label = "file", value = "file"),
                @Option(label = "fdpass", value = "fdpass")
            })
    String scan__by() default "stream";
}
