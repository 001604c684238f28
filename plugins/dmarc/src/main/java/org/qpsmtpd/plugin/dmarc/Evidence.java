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
import org.qpsmtpd.mailauth.report.ReportRow;

/**
 * What the plugins of SPF and DKIM have found, by their notes.
 *
 * @param hasSpf whether there is a result of SPF
 * @param hasDkim whether there is a result of DKIM
 * @param identifiers the domains that they found, with those that may turn out later
 * @param spf the words of its result: scope, result, domain; none where nobody has asked
 * @param lines the words of each signature: result, domain, selector
 */
record Evidence(
        boolean hasSpf,
        boolean hasDkim,
        List<Identifier> identifiers,
        List<String> spf,
        List<List<String>> lines) {
    static final NoteKey<String> SPF = new NoteKey<>("dmarc_spf", String.class);
    static final NoteKey<String> DKIM = new NoteKey<>("dkim_result", String.class);
    static final NoteKey<String> SIGNATURES = new NoteKey<>("dkim_signatures", String.class);

    private static final String TEMPORARY = "temperror";

    private static final String PASS = "pass";

    static Evidence of(Transaction transaction) {
        Notes notes = transaction.notes();
        List<String> spf = spf(transaction);
        List<List<String>> lines =
                notes.get(SIGNATURES).orElse("").lines().map(Evidence::words).toList();
        List<Identifier> found = new ArrayList<>(4);
        sender(spf).ifPresent(found::add);
        words(notes.get(NoteKey.DKIM_PASS_DOMAINS).orElse("")).stream()
                .map(domain -> Identifier.pass(Method.DKIM, domain))
                .forEach(found::add);
        lines.stream()
                .filter(words -> words.size() > 1 && words.get(0).equals(TEMPORARY))
                .map(words -> Identifier.temporary(Method.DKIM, words.get(1)))
                .forEach(found::add);
        return new Evidence(notes.has(SPF), notes.has(DKIM), found, spf, lines);
    }

    private static List<String> words(String text) {
        return Stream.of(text.split(" ")).filter(word -> !word.isEmpty()).toList();
    }

    /** Clients that filters leave alone have a pass that nobody has asked for. */
    private static List<String> spf(Transaction transaction) {
        boolean isFound = !transaction.isImmune() || transaction.notes().has(NoteKey.SPF_PASS_HOST);
        List<String> words = words(transaction.notes().get(SPF).orElse(""));
        boolean isComplete = words.size() == 3;
        return isComplete && (isFound || !words.get(1).equals(PASS)) ? words : List.of();
    }

    /** The domain of the sender; that of the name in HELO without one. */
    private static Optional<Identifier> sender(List<String> words) {
        String result = words.isEmpty() ? "" : words.get(1);
        boolean isPass = result.equals(PASS);
        return isPass || result.equals(TEMPORARY)
                ? Optional.of(new Identifier(Method.SPF, words.get(2), isPass))
                : Optional.empty();
    }

    /** Results of the signatures, for reports. */
    List<ReportRow.Dkim> signatures() {
        return lines.stream()
                .filter(words -> words.size() == 3 && !words.get(1).equals("-"))
                .map(words -> dkim(words.get(1), words.get(2), words.get(0)))
                .toList();
    }

    private static ReportRow.Dkim dkim(String domain, String selector, String result) {
        return new ReportRow.Dkim(domain, selector.equals("-") ? "" : selector, result, "");
    }

    /** The result for the sender, for reports; without one that of the name in HELO. */
    List<ReportRow.Spf> sender() {
        return spf.isEmpty()
                ? List.of()
                : List.of(new ReportRow.Spf(spf.get(2), "mfrom", spf.get(1), ""));
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
