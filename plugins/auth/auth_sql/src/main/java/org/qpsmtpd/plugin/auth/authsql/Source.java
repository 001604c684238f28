package org.qpsmtpd.plugin.auth.authsql;

import org.qpsmtpd.sql.DatabaseSettings;

/**
 * Where passwords are.
 *
 * @param settings how the database is reached
 * @param query with the columns {@code password}, or another first one, and maybe {@code clear}
 * @param isVpopmail whether it is vpopmail's, whose users have a domain
 */
record Source(DatabaseSettings settings, String query, boolean isVpopmail) {
    static final String DSN_FILE = "vpopmail_mysql_dsn";
    static final String USER_FILE = "vpopmail_mysql_user";
    static final String PASSWORD_FILE = "vpopmail_mysql_pass";
    static final String DSN = "dbi:mysql:dbname=vpopmail;host=127.0.0.1";

    private static final String VPOPMAIL =
            "select pw_passwd as password, pw_clear_passwd as clear from vpopmail"
                    + " where pw_name = :user and pw_domain = :domain";

    /**
     * That of the options.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    static Source of(AuthSqlConfig config) {
        if (config.query().isEmpty()) {
            throw new IllegalArgumentException("url needs query");
        }
        return new Source(
                DatabaseSettings.withPasswordFile(
                        config.url(),
                        config.user(),
                        config.password__file(),
                        config.connections(),
                        config.timeoutMillis()),
                config.query(),
                false);
    }

    /**
     * vpopmail's.
     *
     * @param dsn as in its file
     */
    static Source vpopmail(AuthSqlConfig config, String dsn, String user, String password) {
        return new Source(
                new DatabaseSettings(
                        Dsn.url(dsn), user, password, config.connections(), config.timeoutMillis()),
                VPOPMAIL,
                true);
    }

    /** The plugin that it is for qpsmtpd, for the client and the log. */
    String title() {
        return isVpopmail ? "auth_vpopmail_sql" : "auth_sql";
    }
}
