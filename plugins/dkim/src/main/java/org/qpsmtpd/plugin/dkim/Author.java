package org.qpsmtpd.plugin.dkim;

import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.mailauth.DomainName;

/** Who wrote a message, as its field From says. */
final class Author {
    private static final int LONGEST = 2000;

    private Author() {}

    /** The domain of the address in From; absent when there is not one such field with one. */
    static Optional<String> domain(Headers headers) {
        List<HeaderField> fields = headers.all("From");
        return fields.size() == 1 ? ofAddress(fields.get(0).unfolded()) : Optional.empty();
    }

    private static Optional<String> ofAddress(String value) {
        if (value.length() > LONGEST) {
            return Optional.empty();
        }
        int open = value.lastIndexOf('<');
        int close = value.indexOf('>', Math.max(open, 0));
        String address = open >= 0 && close > open ? value.substring(open + 1, close) : value;
        int at = address.lastIndexOf('@');
        String domain = address.substring(at + 1).replaceAll("\\([^()]*\\)", "").strip();
        return at < 0 ? Optional.empty() : domain(domain);
    }

    /** A host's name in lower case and A-labels; absent when it is none. */
    static Optional<String> domain(String host) {
        return DomainName.of(host).filter(Author::isFolderName);
    }

    /** Whether it can be a folder's name and nothing else. */
    private static boolean isFolderName(String domain) {
        return domain.matches("[a-z0-9._-]+") && !domain.startsWith(".");
    }
}
