package org.qpsmtpd.plugin.rcptsql;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "rcpt_sql",
        description = "Refuses recipients that a query to a database does not find.")
@interface RcptSqlConfig {
    @AttributeDefinition(
            description =
                    "The database, as jdbc:postgresql://HOST/NAME or jdbc:mariadb://HOST/NAME."
                            + " Required.")
    String url() default "";

    @AttributeDefinition(description = "User of the database.", required = false)
    String user() default "";

    @AttributeDefinition(
            description = "File with the password on its first line.",
            required = false)
    String password__file() default "";

    @AttributeDefinition(
            description =
                    "Query that has a row for each mailbox; :address, :user and :domain are the"
                            + " recipient's, in lower case. Required.")
    String query() default "";

    @AttributeDefinition(
            description = "Connections that are kept, and look-ups at a time.",
            min = "1",
            max = "100")
    int connections() default 4;

    @AttributeDefinition(
            description = "Milliseconds for a connection, and for each answer.",
            min = "250",
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
