package org.qpsmtpd.plugin.rcptcallout;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "rcpt_callout",
        description = "Asks the next hop whether it takes a recipient.")
@interface RcptCalloutConfig {
    @AttributeDefinition(
            description =
                    "Name or address of the next hop; needed without smtproutes. IPv6 with or"
                            + " without [].",
            required = false)
    String host() default "";

    @AttributeDefinition(description = "Port of the next hop.", min = "1", max = "65535")
    int port() default 25;

    @AttributeDefinition(
            description =
                    "Whether the file smtproutes names the next hops of domains; host is that of"
                            + " all others.")
    boolean smtproutes() default false;

    @AttributeDefinition(
            description =
                    "none: never TLS; may: when offered, any certificate, in clear when it fails;"
                            + " encrypt: always, any certificate; verify: always, a certificate for"
                            + " the host from a trusted authority.",
            options = {
                @Option(label = "none", value = "none"),
                @Option(label = "may", value = "may"),
                @Option(label = "encrypt", value = "encrypt"),
                @Option(label = "verify", value = "verify")
            })
    String tls() default "may";

    @AttributeDefinition(
            description =
                    "PEM file with the authorities that tls verify trusts; empty for those of the"
                            + " JDK.",
            required = false)
    String caFile() default "";

    @AttributeDefinition(description = "Sender that is named; <> for the null sender.")
    String sender() default "<>";

    @AttributeDefinition(
            description =
                    "Whether an address that cannot be there is asked for, so that next hops that"
                            + " take any are found.")
    boolean probe() default true;

    @AttributeDefinition(
            description = "Connections to a next hop, and questions at a time.",
            min = "1",
            max = "100")
    int connections() default 4;

    @AttributeDefinition(
            description = "Seconds after which an unused connection is closed.",
            min = "1",
            max = "3600")
    int idleSeconds() default 30;

    @AttributeDefinition(
            description = "Seconds for a question in all, the connection included.",
            min = "1",
            max = "50")
    int timeoutSeconds() default 15;

    @AttributeDefinition(
            description = "What recipients get whose next hop does not say yes or no.",
            options = {
                @Option(label = "defer", value = "defer"),
                @Option(label = "pass", value = "pass"),
                @Option(label = "skip", value = "skip")
            })
    String on__error() default "defer";
}
