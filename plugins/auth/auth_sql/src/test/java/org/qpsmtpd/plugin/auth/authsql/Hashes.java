package org.qpsmtpd.plugin.auth.authsql;

/** Of the password {@code right}, made by openssl and crypt(3). */
final class Hashes {
    static final String MD5 = "$1$salt$I7mUw4uf7gbe.mLJ1fX2S.";
    static final String SHA512 =
            "$6$salt$vBy9sDCxqmqmfqBK5nmzr1kUIMkq7zYdlIyWD/n41gv0wdATFYfB4I23B0JdtdxxxIQE3SB7pygxUpkBZeF7a/";
    static final String DES = "abuq21xu6EMNI";

    private Hashes() {}
}
