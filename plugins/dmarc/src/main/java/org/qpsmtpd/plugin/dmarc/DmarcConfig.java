package org.qpsmtpd.plugin.dmarc;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "dmarc",
        description =
                "Applies the policy that the domain of the author publishes (DMARC), and reports to"
                        + " it.")
@interface DmarcConfig {
    @AttributeDefinition(
            description =
                    "What becomes of a message that its author's domain asks to reject: 1: refused;"
                            + " 0: only logged; naughty: left to the plugin naughty.")
    String reject() default "1";

    @AttributeDefinition(
            description = "How to refuse: perm, temp, disconnect or temp_disconnect.",
            required = false)
    String reject__type() default "";

    @AttributeDefinition(
            description =
                    "What becomes of a message that its author's domain asks to quarantine:"
                            + " quarantine, kept apart where the queue can; header, only told in"
                            + " the header.")
    String quarantine() default "quarantine";

    @AttributeDefinition(
            description =
                    "Whether a message is deferred when the DNS does not answer for its author's"
                            + " domain.")
    boolean defer__temperror() default false;

    @AttributeDefinition(
            description = "Seconds that the DNS may take for all questions of a message.",
            min = "1",
            max = "300")
    int timeout() default 20;
}
