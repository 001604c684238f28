package org.qpsmtpd.plugin.dkim;

import java.util.Optional;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.author.Authors;

/** Who wrote a message, as its field From says. */
final class Author {
    private Author() {}

    /** The domain of the addresses in From; absent when there is not one such field with one. */
    static Optional<String> domain(Headers headers) {
        return Authors.of(headers.all("From").stream().map(HeaderField::value).toList())
                .only()
                .filter(Author::isFolderName);
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
