package org.qpsmtpd.plugin.rcptldap;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "rcpt_ldap",
        description = "Refuses recipients that an LDAP directory does not know.")
@interface RcptLdapConfig {
    @AttributeDefinition(
            description =
                    "The directory's servers, such as ldaps://ldap.example.org; the first that"
                            + " answers is asked.")
    String[] servers() default "ldap://127.0.0.1";

    @AttributeDefinition(description = "DN below which entries are looked for. Required.")
    String base() default "";

    @AttributeDefinition(
            description =
                    "Filter of a mailbox's entry; %s is the address, %u its local part, %d its"
                            + " domain, all in lower case.")
    String filter() default "(mail=%s)";

    @AttributeDefinition(
            description = "Filter of entries that count as if they were not there.",
            required = false)
    String unknown__when() default "";

    @AttributeDefinition(
            description = "Filter of entries whose mailbox takes no mail.",
            required = false)
    String disabled__when() default "";

    @AttributeDefinition(description = "DN to bind as; empty for nobody.", required = false)
    String bind__dn() default "";

    @AttributeDefinition(
            description = "File with the password on its first line.",
            required = false)
    String password__file() default "";

    @AttributeDefinition(description = "Whether servers of ldap:// must start TLS.")
    boolean starttls() default false;

    @AttributeDefinition(
            description =
                    "PEM file with the authorities that are trusted; empty for those of the JDK.",
            required = false)
    String caFile() default "";

    @AttributeDefinition(
            description = "Connections that are kept, and look-ups at a time.",
            min = "1",
            max = "100")
    int connections() default 4;

    @AttributeDefinition(
            description = "Milliseconds for a connection, and for each answer.",
            min = "10",
            max = "60000")
    int timeoutMillis() default 3000;

    @AttributeDefinition(
            description = "What recipients get that cannot be looked up.",
            options = {
                @Option(label = "defer", value = "defer"),
                @Option(label = "pass", value = "pass"),
                @Option(label = "skip", value = "skip")
            })
    String on__error() default "defer";
}
