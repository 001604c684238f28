package org.qpsmtpd.plugin.dkim;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "dkim",
        description = "Verifies the DKIM signatures of incoming mail, and signs outgoing mail.")
@interface DkimConfig {
    @AttributeDefinition(
            description =
                    "What becomes of a message with signatures of which none is valid: 1: refused;"
                            + " 0: only logged; naughty: left to the plugin naughty.")
    String reject() default "0";

    @AttributeDefinition(
            description = "How to refuse: perm, temp, disconnect or temp_disconnect.",
            required = false)
    String reject__type() default "";

    @AttributeDefinition(
            description = "Seconds that the DNS may take for all keys, from the header on.",
            min = "1",
            max = "300")
    int timeout() default 10;

    @AttributeDefinition(
            description = "How many signatures of a message are verified.",
            min = "1",
            max = "50")
    int max__signatures() default 10;

    @AttributeDefinition(
            description = "Whether a signature may cover a part of the body only (l=).")
    boolean accept__part() default false;

    @AttributeDefinition(description = "Whether mail of clients that may relay is signed.")
    boolean sign() default true;

    @AttributeDefinition(
            description = "How header and body may change on their way: relaxed or simple, twice.")
    String canonicalization() default "relaxed/relaxed";

    @AttributeDefinition(
            description = "Days for which a signature is valid; 0: for ever.",
            min = "0",
            max = "3650")
    int expire() default 0;
}
