package org.qpsmtpd.plugin.attachments;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "attachments")
@interface AttachmentsConfig {
    @AttributeDefinition(description = "Whether the built-in rules follow those of the file")
    boolean defaults() default true;

    @AttributeDefinition(
            description = "What becomes of mail that cannot be judged: defer, skip, deny")
    String on__error() default "defer";

    @AttributeDefinition(
            description = "How many archives may be within each other",
            min = "1",
            max = "20")
    int max__depth() default 5;

    @AttributeDefinition(
            description = "How many entries the archives of a message may have",
            min = "1",
            max = "1000000")
    int max__entries() default 2000;

    @AttributeDefinition(
            description = "MiB that the archives of a message may unpack to",
            min = "1",
            max = "100000")
    int max__size() default 100;

    @AttributeDefinition(
            description = "How many times as large as itself an archive may unpack to",
            min = "2",
            max = "100000")
    int max__ratio() default 250;

    @AttributeDefinition(
            description = "Seconds that the attachments of a message may take",
            min = "1",
            max = "300")
    int timeout() default 10;
}
