package org.qpsmtpd.plugin.spamassassin;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(name = "spamassassin", description = "Has SpamAssassin tell what is spam.")
@interface SpamassassinConfig {
    @AttributeDefinition(
            description =
                    "From which score on a message is refused; userprefs: from the score on that"
                            + " the user's preferences take for spam; empty: never.",
            required = false)
    String reject() default "";

    @AttributeDefinition(description = "The same as reject, which comes first.", required = false)
    String reject__threshold() default "";

    @AttributeDefinition(
            description = "How to refuse: perm, temp, disconnect or temp_disconnect.",
            required = false)
    String reject__type() default "";

    @AttributeDefinition(
            description = "Above which score a prefix is put before the subject; empty: never.",
            required = false)
    String munge__subject__threshold() default "";

    @AttributeDefinition(
            description = "The prefix; empty: that of the file subject_prefix.",
            required = false)
    String subject__prefix() default "";

    @AttributeDefinition(
            description =
                    "Where spamd listens: HOST:PORT or the absolute path of a socket; several with"
                            + " commas between them.")
    String spamd__socket() default "localhost:783";

    @AttributeDefinition(
            description =
                    "Whose preferences count; vpopmail: those of the recipient; empty: those of the"
                            + " server's own user.",
            required = false)
    String spamd__user() default "";

    @AttributeDefinition(
            description =
                    "Whether a message to several recipients is scanned for each of them, by the"
                            + " recipient's preferences, and refused for each alone.")
    boolean per__recipient() default false;

    @AttributeDefinition(
            description =
                    "all: the fields of SpamAssassin are put into the header; none: they are not.",
            options = {
                @Option(label = "all", value = "all"),
                @Option(label = "none", value = "none")
            })
    String headers() default "all";

    @AttributeDefinition(
            description = "What becomes of such fields that are there already.",
            options = {
                @Option(label = "rename", value = "rename"),
                @Option(label = "drop", value = "drop"),
                @Option(label = "keep", value = "keep")
            })
    String leave__old__headers() default "rename";

    @AttributeDefinition(description = "Octets above which a message is not scanned.", min = "1")
    long size__limit() default 500_000;

    @AttributeDefinition(
            description = "Whether mail of clients that may relay is left out (skip) or scanned.",
            options = {
                @Option(label = "skip", value = "skip"),
                @Option(label = "scan", value = "scan")
            })
    String relayclient() default "skip";

    @AttributeDefinition(
            description = "What a message gets that cannot be scanned: skip or defer.",
            options = {
                @Option(label = "skip", value = "skip"),
                @Option(label = "defer", value = "defer")
            })
    String on__error() default "skip";
}
