package org.qpsmtpd.mailauth.dkim;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.qpsmtpd.mailauth.signature.Canonicalization;

/**
 * How messages are signed.
 *
 * @param headerForm canonical form of the header
 * @param bodyForm canonical form of the body
 * @param names fields that are signed, all of each name, in lower case
 * @param closed those of the names that nobody can add to a signed message without breaking its
 *     signature: they are listed once more than they are there
 * @param isTimed whether {@code t=} says when it was signed
 * @param lifetime until {@code x=}; zero for no end
 */
public record DkimForm(
        Canonicalization headerForm,
        Canonicalization bodyForm,
        List<String> names,
        List<String> closed,
        boolean isTimed,
        Duration lifetime) {
    /** What a message says by itself, as RFC 6376 section 5.4.1 advises. */
    private static final List<String> OF_THE_AUTHOR =
            List.of(
                    "from",
                    "sender",
                    "reply-to",
                    "subject",
                    "date",
                    "message-id",
                    "to",
                    "cc",
                    "mime-version",
                    "content-type",
                    "content-transfer-encoding",
                    "in-reply-to",
                    "references");

    private static final List<String> OF_LISTS =
            List.of(
                    "resent-date",
                    "resent-from",
                    "resent-to",
                    "resent-cc",
                    "list-id",
                    "list-help",
                    "list-unsubscribe",
                    "list-unsubscribe-post",
                    "list-subscribe",
                    "list-post",
                    "list-owner",
                    "list-archive");

    /** Relaxed, with a time, without an end; what the author says can have nothing added. */
    public static final DkimForm USUAL =
            new DkimForm(
                    Canonicalization.RELAXED,
                    Canonicalization.RELAXED,
                    concat(OF_THE_AUTHOR, OF_LISTS),
                    OF_THE_AUTHOR,
                    true,
                    Duration.ZERO);

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException when From is not signed, or a closed name is not
     */
    public DkimForm {
        names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).distinct().toList();
        closed = closed.stream().map(name -> name.toLowerCase(Locale.ROOT)).distinct().toList();
        if (!names.contains("from") || !names.containsAll(closed)) {
            throw new IllegalArgumentException("From and all closed names must be signed");
        }
    }

    private static List<String> concat(List<String> one, List<String> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    /** The same in other canonical forms. */
    public DkimForm in(Canonicalization header, Canonicalization body) {
        return new DkimForm(header, body, names, closed, isTimed, lifetime);
    }

    /** The same with another end. */
    public DkimForm lasting(Duration newLifetime) {
        return new DkimForm(headerForm, bodyForm, names, closed, isTimed, newLifetime);
    }
}
