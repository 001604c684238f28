package org.qpsmtpd.plugin.submission;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "submission",
        description = "Takes mail of users alone, and completes its header.")
@interface SubmissionConfig {
    @AttributeDefinition(
            description = "Whose mail is taken: of users after AUTH, or of all that may relay")
    String clients() default "users";

    @AttributeDefinition(description = "Whether a field Date is added where there is none")
    boolean add__date() default true;

    @AttributeDefinition(description = "Whether a field Message-ID is added where there is none")
    boolean add__message__id() default true;

    @AttributeDefinition(description = "What becomes of the fields Bcc and Resent-Bcc")
    String bcc() default "remove";

    @AttributeDefinition(description = "Whether a message must have a field From")
    boolean require__from() default true;
}
