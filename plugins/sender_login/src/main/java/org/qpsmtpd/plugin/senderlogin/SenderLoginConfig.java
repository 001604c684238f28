package org.qpsmtpd.plugin.senderlogin;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "sender_login",
        description = "Refuses authenticated clients a sender that is not their own.")
@interface SenderLoginConfig {
    @AttributeDefinition(
            description = "Whether clients without AUTH may use senders that have owners.",
            options = {
                @Option(label = "ignore", value = "ignore"),
                @Option(label = "reject", value = "reject")
            })
    String anonymous() default "ignore";

    @AttributeDefinition(description = "Whether a user whose name is an address owns that.")
    boolean own() default true;

    @AttributeDefinition(description = "Whether the field From must be the user's own, too.")
    boolean from() default false;

    @AttributeDefinition(description = "Whether authenticated clients may use the null sender.")
    boolean null__sender() default true;

    @AttributeDefinition(
            description =
                    "Characters from the first of which on a local part is left out for a second"
                            + " look, such as +.",
            required = false)
    String delimiter() default "";

    @AttributeDefinition(
            description = "Servers of a directory to ask, such as ldaps://ldap.example.org.")
    String[] ldap__servers() default "ldap://127.0.0.1";

    @AttributeDefinition(
            description = "DN below which entries are looked for; empty to ask no directory.",
            required = false)
    String ldap__base() default "";

    @AttributeDefinition(
            description =
                    "Filter of entries of a sender; %s is the address, %u its local part, %d its"
                            + " domain, all in lower case.")
    String ldap__filter() default "(mail=%s)";

    @AttributeDefinition(description = "Attribute that has the owners' names.")
    String ldap__attribute() default "uid";

    @AttributeDefinition(description = "DN to bind as; empty for nobody.", required = false)
    String ldap__bind__dn() default "";

    @AttributeDefinition(
            description = "File with the password on its first line.",
            required = false)
    String ldap__password__file() default "";

    @AttributeDefinition(description = "Whether servers of ldap:// must start TLS.")
    boolean ldap__starttls() default false;

    @AttributeDefinition(
            description =
                    "PEM file with the authorities that are trusted; empty for those of the JDK.",
            required = false)
    String ldap__ca__file() default "";

    @AttributeDefinition(
            description =
                    "A database to ask, as jdbc:postgresql://HOST/NAME or"
                            + " jdbc:mariadb://HOST/NAME; empty for none.",
            required = false)
    String sql__url() default "";

    @AttributeDefinition(
            description =
                    "Query that has a row for each owner of a sender; :address, :user and :domain"
                            + " are the sender's, in lower case.",
            required = false)
    String sql__query() default "";

    @AttributeDefinition(description = "User of the database.", required = false)
    String sql__user() default "";

    @AttributeDefinition(
            description = "File with the password on its first line.",
            required = false)
    String sql__password__file() default "";

    @AttributeDefinition(
            description = "Connections that are kept, and look-ups at a time, of each kind.",
            min = "1",
            max = "100")
    int connections() default 4;

    @AttributeDefinition(
            description = "Milliseconds for a connection, and for each answer.",
            min = "250",
            max = "60000")
    int timeoutMillis() default 3000;
}
