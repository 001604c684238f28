package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.mail.AuthenticationResult;

/**
 * What a client has come to, and loses with STARTTLS.
 *
 * @param relays whether it may send to any domain
 * @param results for Authentication-Results
 * @param authentication who it has shown to be
 */
record Standing(boolean relays, List<AuthenticationResult> results, Authentication authentication) {
    static final Standing NONE = new Standing(false, List.of(), Authentication.NONE);

    /** Octets of results; those beyond are left out. */
    private static final int MOST_RESULTS = 8 * 1024;

    /** A proxy has checked who it is. */
    static Standing byProxy(String user) {
        return new Standing(true, List.of(), Authentication.byProxy(user));
    }

    Standing relaying(boolean may) {
        return new Standing(may, results, authentication);
    }

    Standing with(AuthenticationResult result) {
        if (held() + result.toString().length() > MOST_RESULTS) {
            return this;
        }
        List<AuthenticationResult> more = new ArrayList<>(results);
        more.add(result);
        return new Standing(relays, List.copyOf(more), authentication);
    }

    Standing shown(Authentication as) {
        return new Standing(relays, results, as);
    }

    /** What the field of each message says, of AUTH first; may be changed. */
    List<AuthenticationResult> all() {
        List<AuthenticationResult> all = new ArrayList<>(1 + results.size());
        all.add(authentication.result());
        all.addAll(results);
        return all;
    }

    /** About how much memory the results take, in octets. */
    int held() {
        return results.stream().mapToInt(result -> result.toString().length()).sum();
    }
}
