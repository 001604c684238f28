package org.qpsmtpd.core.session;

import java.util.Locale;
import org.qpsmtpd.api.mail.AuthenticationResult;

/**
 * Who a client has shown to be.
 *
 * @param user whose rights it has; empty while it has shown nothing
 * @param mechanism by which, in upper case; empty while it has shown nothing
 * @param result what the field Authentication-Results says of it (RFC 8601)
 */
record Authentication(String user, String mechanism, AuthenticationResult result) {
    /** Nothing was tried. */
    static final Authentication NONE =
            new Authentication("", "", AuthenticationResult.of("auth", "none"));

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

    private static AuthenticationResult result(String verdict, String user, String mechanism) {
        return AuthenticationResult.of("auth", verdict)
                .commented(mechanism.toLowerCase(Locale.ROOT))
                .with("smtp", "auth", user);
    }
}
