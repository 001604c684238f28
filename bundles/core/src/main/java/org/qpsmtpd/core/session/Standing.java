package org.qpsmtpd.core.session;

/**
 * What a client has come to, and loses with STARTTLS.
 *
 * @param relays whether it may send to any domain
 * @param results for Authentication-Results, each with {@code "; "} before it
 * @param authentication who it has shown to be
 */
record Standing(boolean relays, String results, Authentication authentication) {
    static final Standing NONE = new Standing(false, "", Authentication.NONE);

    /** A proxy has checked who it is. */
    static Standing byProxy(String user) {
        return new Standing(true, "", Authentication.byProxy(user));
    }

    Standing relaying(boolean may) {
        return new Standing(may, results, authentication);
    }

    Standing with(String result) {
        return new Standing(relays, results + "; " + result, authentication);
    }

    Standing shown(Authentication as) {
        return new Standing(relays, results, as);
    }
}
