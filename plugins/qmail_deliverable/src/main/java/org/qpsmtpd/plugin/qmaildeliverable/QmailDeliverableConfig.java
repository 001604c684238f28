package org.qpsmtpd.plugin.qmaildeliverable;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "qmail_deliverable",
        description = "Asks qmail-deliverabled whether there is such a mailbox.")
@interface QmailDeliverableConfig {
    @AttributeDefinition(
            description = "HOST:PORT, smtproutes:HOST:PORT or smtproutes:PORT of the server")
    String server() default "127.0.0.1:8998";

    @AttributeDefinition(description = "qmail's file of routes, for smtproutes")
    String smtproutes__file() default "/var/qmail/control/smtproutes";

    @AttributeDefinition(
            description = "Seconds that an answer is waited for",
            min = "1",
            max = "60")
    int timeout() default 5;

    @AttributeDefinition(description = "When there is no answer: skip or defer")
    String on__error() default "skip";

    @AttributeDefinition(description = "Has no effect: a setting of qmail-deliverabled")
    boolean vpopmail__ext() default false;
}
