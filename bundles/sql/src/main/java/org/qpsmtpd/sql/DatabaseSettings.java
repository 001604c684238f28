package org.qpsmtpd.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How a database is reached. Its text shows no password.
 *
 * @param url {@code jdbc:postgresql://HOST/NAME} or {@code jdbc:mariadb://HOST/NAME}
 * @param user of the database; may be empty
 * @param password may be empty
 * @param connections how many are kept, and used at a time; at least 1
 * @param timeoutMillis for a connection, and for each answer; at least 250
 */
public record DatabaseSettings(
        String url, String user, String password, int connections, int timeoutMillis) {
    /**
     * With the password in a file.
     *
     * @param passwordFile its path, with the password on its first line; empty for no password
     * @throws IllegalArgumentException naming the option {@code password_file}
     */
    public static DatabaseSettings withPasswordFile(
            String url, String user, String passwordFile, int connections, int timeoutMillis) {
        return new DatabaseSettings(url, user, firstLine(passwordFile), connections, timeoutMillis);
    }

    private static String firstLine(String file) {
        if (file.isEmpty()) {
            return "";
        }
        try {
            List<String> lines = Files.readAllLines(Path.of(file));
            return lines.isEmpty() ? "" : lines.get(0);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "password_file '" + file + "' cannot be read: " + e, e);
        }
    }

    @Override
    public String toString() {
        return url + " " + user;
    }
}
