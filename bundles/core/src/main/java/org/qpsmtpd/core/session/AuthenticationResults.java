package org.qpsmtpd.core.session;

/** Results of authentication for the header of one message. */
final class AuthenticationResults {
    /** Those beyond are left out: no honest message has as many. */
    private static final int MOST = 16 * 1024;

    private String text = "";

    void add(String result) {
        if (text.length() + result.length() <= MOST) {
            text += "; " + result;
        }
    }

    /** All, each with {@code "; "} before it. */
    String text() {
        return text;
    }
}
