package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.mail.AuthenticationResult;

/** Results of authentication, of one message or of a connection. */
final class AuthenticationResults {
    /** Those beyond are left out: no honest message has as many. */
    private static final int MOST = 16 * 1024;

    private final List<AuthenticationResult> all = new ArrayList<>(0);
    private int octets;

    void add(AuthenticationResult result) {
        int more = result.toString().length();
        if (octets + more <= MOST) {
            all.add(result);
            octets += more;
        }
    }

    /** All, in the order in which they came. */
    List<AuthenticationResult> all() {
        return all;
    }

    /** What the field of a message says: of AUTH first, then all of these, then those of it. */
    List<AuthenticationResult> with(AuthenticationResults more) {
        List<AuthenticationResult> joined = new ArrayList<>(1 + all.size() + more.all.size());
        joined.add(AuthenticationResult.of("auth", "none"));
        joined.addAll(all);
        joined.addAll(more.all);
        return joined;
    }

    /** About how much memory they take, in octets. */
    int held() {
        return octets;
    }

    /** What others hold, in their place. */
    void become(List<AuthenticationResult> others) {
        all.clear();
        octets = 0;
        others.forEach(this::add);
    }
}
