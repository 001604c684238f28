package org.qpsmtpd.plugin.auth.authsql;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "auth/auth_sql",
        description = "Authenticates users whose passwords are in a database.")
@interface AuthSqlConfig {
    @AttributeDefinition(
            description =
                    "The database, as jdbc:postgresql://HOST/NAME or jdbc:mariadb://HOST/NAME."
                            + " Empty: vpopmail's, as the files vpopmail_mysql_* say.",
            required = false)
    String url() default "";

    @AttributeDefinition(
            description =
                    "Query that gives the user's password; :address, :user and :domain are the"
                            + " name and its parts, in lower case. Required with url.",
            required = false)
    String query() default "";

    @AttributeDefinition(description = "User of the database.", required = false)
    String user() default "";

    @AttributeDefinition(
            description = "File with the password on its first line.",
            required = false)
    String password__file() default "";

    @AttributeDefinition(
            description =
                    "How passwords are kept, for the mechanisms that are offered. Empty: hashes;"
                            + " clear without url.",
            required = false,
            options = {
                @Option(label = "hashes", value = "hashes"),
                @Option(label = "keys", value = "keys"),
                @Option(label = "clear", value = "clear")
            })
    String kept() default "";

    @AttributeDefinition(
            description = "Connections that are kept, and checks at a time, each with a thread.",
            min = "1",
            max = "100")
    int connections() default 10;

    @AttributeDefinition(
            description = "Milliseconds for a connection, and for each answer.",
            min = "250",
            max = "60000")
    int timeoutMillis() default 3000;
}
