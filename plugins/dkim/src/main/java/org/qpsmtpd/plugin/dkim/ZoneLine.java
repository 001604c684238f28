package org.qpsmtpd.plugin.dkim;

import org.qpsmtpd.mailauth.signature.SigningKey;

/** A key's record as a line of a zone file. */
final class ZoneLine {
    private static final int STRING = 255;

    private ZoneLine() {}

    static String of(SigningKey key) {
        StringBuilder line = new StringBuilder(key.selector());
        line.append("._domainkey.").append(key.domain()).append(". TXT (");
        String record = key.record();
        for (int at = 0; at < record.length(); at += STRING) {
            int end = Math.min(record.length(), at + STRING);
            line.append(" \"").append(record, at, end).append('"');
        }
        return line.append(" )").toString();
    }
}
