package org.qpsmtpd.core.session;

import java.util.Locale;

/**
 * Who a client has shown to be.
 *
 * @param user whose rights it has; empty while it has shown nothing
 * @param mechanism by which, in upper case; empty while it has shown nothing
 * @param result what the field Authentication-Results says of it (RFC 8601)
 */
record Authentication(String user, String mechanism, String result) {
    /** Nothing was tried. */
    static final Authentication NONE = new Authentication("", "", "auth=none");

    static Authentication succeeded(String user, String mechanism) {
        return new Authentication(user, mechanism, result("pass", user, mechanism));
    }

    static Authentication failed(String user, String mechanism) {
        return new Authentication("", "", result("fail", user, mechanism));
    }

    /** A proxy has checked it. */
    static Authentication byProxy(String user) {
        return succeeded(user, "XCLIENT");
    }

    private static String result(String verdict, String user, String mechanism) {
        String what = "auth=" + verdict + " (" + mechanism.toLowerCase(Locale.ROOT) + ")";
        return user.isEmpty() ? what : what + " smtp.auth=" + quoted(user);
    }

    /** As RFC 8601 section 2.2 writes a value. */
    private static String quoted(String user) {
        if (user.chars().allMatch(Authentication::isPlain)) {
            return user;
        }
        return '"' + user.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static boolean isPlain(int c) {
        return c > 32 && c < 127 && "()<>,;:\\\"/[]?=".indexOf(c) < 0;
    }
}
