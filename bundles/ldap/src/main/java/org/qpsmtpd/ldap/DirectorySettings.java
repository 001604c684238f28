package org.qpsmtpd.ldap;

import java.util.List;

/**
 * How a directory is reached. Settings that are wrong are found by whoever connects with them, who
 * names the plugin's option: {@code servers}, {@code bind_dn}, {@code password_file}, {@code
 * caFile}.
 *
 * @param servers URLs of {@code ldap://} or {@code ldaps://}; the first that answers is asked
 * @param bindDn whom to bind as for searches; empty for nobody
 * @param passwordFile file with the password of {@code bindDn} on its first line; may be empty
 *     without it
 * @param startTls whether servers of {@code ldap://} must start TLS
 * @param caFile PEM file with the authorities that are trusted; empty for those of the JDK
 * @param connections how many are kept, and used at a time; at least 1
 * @param timeoutMillis for a connection, and for each answer
 */
public record DirectorySettings(
        List<String> servers,
        String bindDn,
        String passwordFile,
        boolean startTls,
        String caFile,
        int connections,
        int timeoutMillis) {
    /** Copies the list. */
    public DirectorySettings {
        servers = List.copyOf(servers);
    }

    /** The same with another number of connections, for who has two kinds of them. */
    public DirectorySettings withConnections(int number) {
        return new DirectorySettings(
                servers, bindDn, passwordFile, startTls, caFile, number, timeoutMillis);
    }

    /** The same as nobody. */
    DirectorySettings anonymous() {
        return new DirectorySettings(servers, "", "", startTls, caFile, connections, timeoutMillis);
    }
}
