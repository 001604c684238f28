package org.qpsmtpd.plugin.senderlogin;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.author.Authors;

/** Reads who wrote a message, where that is one address and nobody can read it as another. */
final class FromField {
    /** Nobody needs a longer one. */
    private static final int LONGEST = 2000;

    /** Stands for what is quoted: no part of an address. */
    private static final String MARK = "\u0001";

    private static final Pattern QUOTED = Pattern.compile("\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"");
    private static final Pattern COMMENT =
            Pattern.compile("\\([^()\\\\]*+(?:\\\\.[^()\\\\]*+)*+\\)");
    private static final String WORDS = "[^<>@,;:()\\[\\]\\\\\"]*+";
    private static final String ATOMS = "[^<>@,;:()\\[\\]\\\\\"\\s\u0001]++";
    private static final String ADDRESS = "(" + ATOMS + "@" + ATOMS + ")";
    private static final Pattern ONE =
            Pattern.compile(
                    "(?:" + WORDS + "<\\s*+" + ADDRESS + "\\s*+>|\\s*+" + ADDRESS + ")\\s*+");

    private FromField() {}

    /** The author; absent when there is not one field with one address in a plain form. */
    static Optional<Address> author(Transaction transaction) {
        List<String> values =
                transaction.headers().all("From").stream().map(HeaderField::value).toList();
        Optional<String> domain = Authors.of(values).only();
        if (domain.isEmpty() || values.get(0).length() > LONGEST) {
            return Optional.empty();
        }
        String plain = QUOTED.matcher(values.get(0)).replaceAll(MARK);
        plain = COMMENT.matcher(plain).replaceAll(" ").replaceAll("[\\r\\n]+", " ");
        Matcher one = ONE.matcher(plain);
        if (!one.matches()) {
            return Optional.empty();
        }
        Address address = Address.of(one.group(1) == null ? one.group(2) : one.group(1));
        return Optional.of(address).filter(author -> author.comparableHost().equals(domain.get()));
    }
}
