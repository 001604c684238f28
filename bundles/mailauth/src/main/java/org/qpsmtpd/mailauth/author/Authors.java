package org.qpsmtpd.mailauth.author;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who wrote a message, as its fields From say (RFC 5322 section 3.6.2, RFC 6854), and as those who
 * read it will see it. Fields that are not well-formed are read so that each domain they may be
 * taken to name is there.
 *
 * @param fields how many fields there are
 * @param domains of all addresses in all fields, in A-labels and lower case, each once, in order
 * @param form what can be said of the fields
 */
public record Authors(int fields, List<String> domains, Form form) {
    /** What can be said of the fields. */
    public enum Form {
        /** Each address has a domain. */
        DOMAINS,
        /** There is no field. */
        ABSENT,
        /** No address has a domain: an empty group, or the address of a host in brackets. */
        NO_DOMAIN,
        /** There is something else than addresses. */
        UNREADABLE
    }

    /** Longer fields are not read; together they may be so long. */
    private static final int LONGEST = 65_536;

    /** More are not read. */
    private static final int MOST_DOMAINS = 100;

    /** Copies the list. */
    public Authors {
        domains = List.copyOf(domains);
    }

    /**
     * Reads the fields.
     *
     * @param values of all fields From, each with or without its folds
     */
    public static Authors of(List<String> values) {
        if (values.isEmpty()) {
            return new Authors(0, List.of(), Form.ABSENT);
        }
        long length = values.stream().mapToLong(String::length).sum();
        if (length > LONGEST) {
            return new Authors(values.size(), List.of(), Form.UNREADABLE);
        }
        List<Found> all = new ArrayList<>();
        values.forEach(value -> all.add(new MailboxReader(value).read()));
        return joined(all);
    }

    private static Authors joined(List<Found> all) {
        Set<String> domains = new LinkedHashSet<>();
        all.forEach(found -> domains.addAll(found.domains()));
        boolean isReadable =
                domains.size() <= MOST_DOMAINS && all.stream().noneMatch(Found::isUnreadable);
        List<String> kept = domains.stream().limit(MOST_DOMAINS).toList();
        if (!isReadable) {
            return new Authors(all.size(), kept, Form.UNREADABLE);
        }
        return new Authors(all.size(), kept, kept.isEmpty() ? Form.NO_DOMAIN : Form.DOMAINS);
    }

    /** The one domain of the one field; absent when there are others, or none. */
    public Optional<String> only() {
        boolean isOne = fields == 1 && form == Form.DOMAINS && domains.size() == 1;
        return isOne ? Optional.of(domains.get(0)) : Optional.empty();
    }
}
