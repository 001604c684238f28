package org.qpsmtpd.core.check;

import java.util.regex.Pattern;

/**
 * What {@code config/store} may say. The forms are bundles of their own, so only the words are
 * looked at; a password is not repeated.
 */
final class StoreValue {
    static final String FILE = "store";

    private static final Pattern IN_A_FILE =
            Pattern.compile("file( /[^ ].*?)?( octets=[0-9]{1,12}[KMGkmg]?)?");

    private static final String HOST = "(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9_.-]+)(:[0-9]{1,5})?";

    private static final Pattern ON_A_SERVER =
            Pattern.compile("rediss?://([^@]*:[^@]*@)?" + HOST + "(/[0-9]{0,5})?(\\?ca=/.+)?");

    private static final Pattern BEHIND_SENTINELS =
            Pattern.compile(
                    "rediss?\\+sentinel://([^@]*:[^@]*@)?"
                            + HOST
                            + "(,"
                            + HOST
                            + "){0,15}/[A-Za-z0-9_.-]{1,100}(/[0-9]{0,5})?(\\?ca=/.+)?");

    private StoreValue() {}

    /** What is wrong with it; empty when nothing is. */
    static String fault(String value) {
        if (!value.contains("://")) {
            return IN_A_FILE.matcher(value).matches()
                    ? ""
                    : "'" + value + "' is not file [/PATH] [octets=64M], nor redis://HOST:PORT";
        }
        boolean isOne =
                ON_A_SERVER.matcher(value).matches() || BEHIND_SENTINELS.matcher(value).matches();
        return isOne
                ? ""
                : "the address is not redis://[USER:PASSWORD@]HOST:PORT[/DATABASE], rediss://..."
                        + " for TLS, nor redis+sentinel://HOST:PORT,HOST:PORT/MASTER[/DATABASE]; in"
                        + " user and password @ : / are written %40 %3A %2F";
    }
}
