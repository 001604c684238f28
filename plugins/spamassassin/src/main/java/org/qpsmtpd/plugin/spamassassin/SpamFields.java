package org.qpsmtpd.plugin.spamassassin;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Headers;

/** Puts the fields of SpamAssassin into a header. */
final class SpamFields {
    private static final String PREFIX = "x-spam-";
    private static final String USER = "X-Spam-User";

    /** Of no use below a subject that we change ourselves, and many lines long. */
    private static final Set<String> LEFT_OUT = Set.of("x-spam-prev-subject", "x-spam-report");

    private final OldFields oldFields;

    /** What becomes of fields that are there already. */
    enum OldFields {
        RENAME,
        DROP,
        KEEP
    }

    SpamFields(OldFields oldFields) {
        this.oldFields = oldFields;
    }

    /**
     * Puts them on top.
     *
     * @param user whose preferences counted
     * @param recipients how many there are
     */
    void put(Headers headers, List<HeaderField> fields, String user, int recipients) {
        clear(headers);
        for (int i = fields.size() - 1; i >= 0; i--) {
            HeaderField field = fields.get(i);
            if (!LEFT_OUT.contains(field.name().toLowerCase(Locale.ROOT))) {
                headers.prepend(field.name(), field.value());
            }
        }
        if (recipients > 1) {
            headers.prepend(USER, user + ", " + recipients + " recipients");
        }
    }

    private void clear(Headers headers) {
        if (oldFields == OldFields.KEEP) {
            return;
        }
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (HeaderField field : headers.fields()) {
            if (field.name().toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
                names.add(field.name());
            }
        }
        for (String name : names) {
            List<HeaderField> old = headers.all(name);
            var unused = headers.remove(name);
            if (oldFields == OldFields.RENAME) {
                old.forEach(field -> headers.append("X-Old-" + name.substring(2), field.value()));
            }
        }
    }

    /** Puts a prefix before the subject, unless it is there. */
    static void markSubject(Headers headers, String prefix) {
        String subject = headers.first("Subject").map(HeaderField::value).orElse("");
        if (!subject.startsWith(prefix)) {
            headers.replace("Subject", (prefix + " " + subject).stripTrailing());
        }
    }
}
