package org.qpsmtpd.plugin.dkim;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.mailauth.dkim.DkimResult;

/**
 * What all signatures of a message come to.
 *
 * @param results of each signature that was looked at, those of domains that only try it out, too
 */
record Verdict(List<DkimResult> results) {
    /** Signatures behind this one are not worth a word. */
    private static final int MOST = 50;

    static Verdict of(List<DkimResult> all) {
        return new Verdict(
                all.stream()
                        .filter(result -> result.verdict() != DkimResult.Verdict.NEUTRAL)
                        .limit(MOST)
                        .toList());
    }

    /** Those that count: not those of domains that ask to take no notice of them. */
    private List<DkimResult> counting() {
        return results.stream().filter(result -> !result.isTesting()).toList();
    }

    boolean isNone() {
        return counting().isEmpty();
    }

    boolean isPass() {
        return counting().stream().anyMatch(DkimResult::isPass);
    }

    /** Whether a signature may turn out to be valid later, and none is now. */
    boolean isTemporary() {
        return !isPass()
                && counting().stream().anyMatch(r -> r.verdict() == DkimResult.Verdict.TEMPERROR);
    }

    /** The domains with a valid signature, with blanks between them; empty without. */
    String passDomains() {
        return counting().stream()
                .filter(DkimResult::isPass)
                .map(DkimResult::domain)
                .distinct()
                .collect(Collectors.joining(" "));
    }

    /** The word for the whole message: that of the best signature, or {@code none}. */
    String word() {
        return counting().stream()
                .map(DkimResult::verdict)
                .min(Comparator.naturalOrder())
                .map(DkimResult.Verdict::word)
                .orElse("none");
    }

    /**
     * A line for each signature: its result, domain and selector; {@code -} for what is unknown.
     */
    String lines() {
        return results.stream()
                .map(
                        r ->
                                r.verdict().word()
                                        + " "
                                        + orDash(r.domain())
                                        + " "
                                        + orDash(r.selector()))
                .collect(Collectors.joining("\n"));
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** Why the first signature that counts is not valid, with its domain. */
    String fault() {
        return counting().stream()
                .filter(result -> !result.isPass())
                .findFirst()
                .map(result -> result.reason() + of(result.domain()))
                .orElse("");
    }

    private static String of(String domain) {
        return domain.isEmpty() ? "" : " (" + domain + ")";
    }

    /** The entries of the field Authentication-Results (RFC 8601 section 2.7.1). */
    List<AuthenticationResult> entries() {
        return results.isEmpty()
                ? List.of(AuthenticationResult.of("dkim", "none"))
                : results.stream().map(Verdict::entry).toList();
    }

    private static AuthenticationResult entry(DkimResult result) {
        return AuthenticationResult.of("dkim", result.verdict().word())
                .because(result.reason())
                .with("header", "d", result.domain())
                .with("header", "s", result.selector())
                .with("header", "i", result.identity())
                .with("header", "a", result.algorithm())
                .with("header", "b", result.start());
    }
}
