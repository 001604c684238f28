package org.qpsmtpd.plugin.rspamd;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "rspamd",
        description = "Has rspamd tell what is spam, change the header and sign.")
@interface RspamdConfig {
    @AttributeDefinition(
            description =
                    "Where a worker of rspamd listens: HOST:PORT or the absolute path of a socket;"
                            + " several with commas between them.")
    String rspamd__socket() default "localhost:11333";

    @AttributeDefinition(
            description =
                    "What is done upon rspamd's action reject: accept, mark, rewrite, quarantine,"
                            + " discard, defer or deny.")
    String reject() default "deny";

    @AttributeDefinition(description = "What is done upon its action soft reject.")
    String soft__reject() default "defer";

    @AttributeDefinition(
            description =
                    "What is done upon its action greylist; its module greylist asks for soft"
                            + " reject when a client is to come again.")
    String greylist() default "accept";

    @AttributeDefinition(description = "What is done upon its action add header.")
    String add__header() default "mark";

    @AttributeDefinition(description = "What is done upon its action rewrite subject.")
    String rewrite__subject() default "rewrite";

    @AttributeDefinition(description = "What is done upon its action discard.")
    String discard() default "discard";

    @AttributeDefinition(description = "What is done upon its action quarantine.")
    String quarantine() default "quarantine";

    @AttributeDefinition(
            description = "How to refuse: perm, temp, disconnect or temp_disconnect.",
            required = false)
    String reject__type() default "";

    @AttributeDefinition(
            description =
                    "The prefix of a subject that is rewritten, where rspamd gives no subject.")
    String subject__prefix() default "*** SPAM ***";

    @AttributeDefinition(
            description =
                    "all: the fields X-Rspamd-Status and X-Rspamd-Symbols are put into the header;"
                            + " spam: into that of spam only; none: they are not.",
            options = {
                @Option(label = "all", value = "all"),
                @Option(label = "spam", value = "spam"),
                @Option(label = "none", value = "none")
            })
    String headers() default "all";

    @AttributeDefinition(
            description =
                    "Whether the changes that rspamd asks for are made: fields of the header,"
                            + " sender and recipients.")
    boolean changes() default true;

    @AttributeDefinition(description = "Whether rspamd's DKIM signatures are put into the header.")
    boolean sign() default true;

    @AttributeDefinition(
            description =
                    "The settings of rspamd that count, by their id; a recipient's own file"
                            + " rspamd_settings comes first; empty: those that rspamd finds.",
            required = false)
    String settings__id() default "";

    @AttributeDefinition(
            description =
                    "Whether a message to several recipients is scanned for each of them, and"
                            + " judged for each alone.")
    boolean per__recipient() default false;

    @AttributeDefinition(
            description = "Whether rspamd goes through all its rules also when it is sure.")
    boolean pass__all() default false;

    @AttributeDefinition(description = "Octets above which a message is not scanned.", min = "1")
    long size__limit() default 20_000_000;

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
