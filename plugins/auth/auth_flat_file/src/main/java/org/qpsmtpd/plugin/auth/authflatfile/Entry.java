package org.qpsmtpd.plugin.auth.authflatfile;

import org.qpsmtpd.passwords.StoredPassword;

/** A line of the file: a user, and what is kept of the password. */
record Entry(String user, StoredPassword password) {
    /**
     * Reads {@code USER@DOMAIN:PASSWORD}.
     *
     * @throws IllegalArgumentException saying what is wrong, without showing the password
     */
    static Entry parse(String line) {
        int colon = line.indexOf(':');
        if (colon < 1 || colon == line.length() - 1) {
            throw new IllegalArgumentException("a line is written as USER@DOMAIN:PASSWORD");
        }
        String user = line.substring(0, colon).strip();
        if (user.indexOf('@') < 1) {
            throw new IllegalArgumentException("'" + user + "' is not of the form USER@DOMAIN");
        }
        try {
            return new Entry(user, StoredPassword.parse(line.substring(colon + 1).strip()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the password of " + user + " is not as it must be: " + e.getMessage(), e);
        }
    }
}
