package org.qpsmtpd.plugin.dmarc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.dmarc.Identifier;
import org.qpsmtpd.mailauth.dmarc.Identifier.Method;

/**
 * What the plugins of SPF and DKIM have found, by their notes.
 *
 * @param hasSpf whether there is a result of SPF
 * @param hasDkim whether there is a result of DKIM
 * @param identifiers the domains that they found, with those that may turn out later
 */
record Evidence(boolean hasSpf, boolean hasDkim, List<Identifier> identifiers) {
    static final NoteKey<String> SPF = new NoteKey<>("dmarc_spf", String.class);
    static final NoteKey<String> DKIM = new NoteKey<>("dkim_result", String.class);
    static final NoteKey<String> SIGNATURES = new NoteKey<>("dkim_signatures", String.class);

    private static final String TEMPORARY = "temperror";

    static Evidence of(Transaction transaction) {
        Notes notes = transaction.notes();
        List<Identifier> found = new ArrayList<>(4);
        spf(transaction).ifPresent(found::add);
        words(notes.get(NoteKey.DKIM_PASS_DOMAINS).orElse(""))
                .map(domain -> Identifier.pass(Method.DKIM, domain))
                .forEach(found::add);
        notes.get(SIGNATURES)
                .orElse("")
                .lines()
                .map(line -> line.split(" ", -1))
                .filter(words -> words.length > 1 && words[0].equals(TEMPORARY))
                .map(words -> Identifier.temporary(Method.DKIM, words[1]))
                .forEach(found::add);
        return new Evidence(notes.has(SPF), notes.has(DKIM), found);
    }

    private static Stream<String> words(String text) {
        return Stream.of(text.split(" ")).filter(word -> !word.isEmpty());
    }

    /** Scope, result and domain: that of the sender, or of the name in HELO without one. */
    private static Optional<Identifier> spf(Transaction transaction) {
        String[] words = transaction.notes().get(SPF).orElse("").split(" ", -1);
        if (words.length < 3) {
            return Optional.empty();
        }
        boolean isPass = words[1].equals("pass") && isFound(transaction);
        boolean isLater = words[1].equals(TEMPORARY);
        return isPass || isLater
                ? Optional.of(new Identifier(Method.SPF, words[2], isPass))
                : Optional.empty();
    }

    /** Clients that filters leave alone have a pass that nobody has asked for. */
    private static boolean isFound(Transaction transaction) {
        return !transaction.isImmune() || transaction.notes().has(NoteKey.SPF_PASS_HOST);
    }

    /** Whether nobody has looked for anything. */
    boolean isMissing() {
        return !hasSpf && !hasDkim;
    }

    /** The same, with what a missing result may turn out to be. */
    List<Identifier> identifiersFor(List<String> authors) {
        List<Identifier> all = new ArrayList<>(identifiers);
        for (String author : authors) {
            if (!hasSpf) {
                all.add(Identifier.temporary(Method.SPF, author));
            }
            if (!hasDkim) {
                all.add(Identifier.temporary(Method.DKIM, author));
            }
        }
        return all;
    }
}
