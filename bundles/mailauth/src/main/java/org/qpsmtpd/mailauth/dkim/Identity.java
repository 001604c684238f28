package org.qpsmtpd.mailauth.dkim;

import org.qpsmtpd.mailauth.signature.SignatureTags;
import org.qpsmtpd.mailauth.signature.Unacceptable;
import org.qpsmtpd.mailauth.taglist.TagList;

/**
 * For whom is signed, {@code i=}.
 *
 * @param local the local part where it is a plain one; else empty
 * @param domain in A-labels and lower case
 */
record Identity(String local, String domain) {
    private static final int LONGEST_LOCAL = 64;

    /** Reads it; without the tag it is the domain. */
    static Identity of(TagList tags, String signer) throws Unacceptable {
        String value = tags.compact("i");
        if (value == null) {
            return new Identity("", signer);
        }
        String decoded = decode(value);
        int at = decoded.lastIndexOf('@');
        if (at < 0) {
            throw new Unacceptable("i= is no address");
        }
        String local = decoded.substring(0, at);
        boolean isPlain =
                local.length() <= LONGEST_LOCAL
                        && local.matches("([A-Za-z0-9_+=-]+(\\.[A-Za-z0-9_+=-]+)*)?");
        return new Identity(
                isPlain ? local : "", SignatureTags.domain(decoded.substring(at + 1), "i"));
    }

    /** Decodes quoted-printable as DKIM has it (RFC 6376 section 2.11). */
    private static String decode(String value) throws Unacceptable {
        if (value.indexOf('=') < 0) {
            return value;
        }
        StringBuilder decoded = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '=') {
                decoded.append(c);
                continue;
            }
            int high = i + 2 < value.length() ? Character.digit(value.charAt(i + 1), 16) : -1;
            int low = i + 2 < value.length() ? Character.digit(value.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw new Unacceptable("i= is not quoted-printable");
            }
            decoded.append((char) (high * 16 + low));
            i += 2;
        }
        return decoded.toString();
    }

    @Override
    public String toString() {
        return local + "@" + domain;
    }
}
