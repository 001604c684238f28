package org.qpsmtpd.plugin.virus.clamav;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "virus/clamav",
        description = "Has the program clamscan or clamdscan look for viruses.")
@interface ClamavConfig {
    @AttributeDefinition(description = "Absolute path of clamscan or clamdscan.")
    String clamscan__path() default "/usr/bin/clamscan";

    @AttributeDefinition(
            description = "Configuration file for clamdscan; empty: the program's own.",
            required = false)
    String clamd__conf() default "";

    @AttributeDefinition(
            description = "File or directory of signatures for clamscan; empty: the program's own.",
            required = false)
    String database() default "";

    @AttributeDefinition(
            description =
                    "What is done about a message with a virus: add-header, reject, naughty"
                            + " or quarantine.",
            options = {
                @Option(label = "add-header", value = "add-header"),
                @Option(label = "reject", value = "reject"),
                @Option(label = "naughty", value = "naughty"),
                @Option(label = "quarantine", value = "quarantine")
            })
    String action() default "add-header";

    @AttributeDefinition(description = "Octets above which a message is not scanned.", min = "1")
    long max__size() default 524_288;

    @AttributeDefinition(
            description =
                    "Directory for copies of messages, which then have the directory's group"
                            + " and its right to read; empty: no copy is made.",
            required = false)
    String tmp__dir() default "";

    @AttributeDefinition(description = "Whether the options of releases before 0.80 are given.")
    boolean back__compat() default false;

    @AttributeDefinition(
            description = "The same as on_error skip; on_error comes first where it is given.")
    boolean declined__on__fail() default false;

    @AttributeDefinition(
            description =
                    "What a message gets that cannot be scanned: skip or defer; empty: as"
                            + " declined_on_fail says.",
            required = false)
    String on__error() default "";

    @AttributeDefinition(
            description = "Seconds that the program may take for a message; it is killed then.",
            min = "1",
            max = "280")
    int timeout() default 60;
}
