package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.mail.AuthenticationResult;

/** Results of authentication of one message. */
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

    /** These behind others. */
    List<AuthenticationResult> behind(List<AuthenticationResult> others) {
        List<AuthenticationResult> joined = new ArrayList<>(others);
        joined.addAll(all);
        return joined;
    }

    /** About how much memory they take, in octets. */
    int held() {
        return octets;
    }
}
