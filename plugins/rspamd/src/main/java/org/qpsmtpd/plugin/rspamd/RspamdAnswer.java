package org.qpsmtpd.plugin.rspamd;

import java.util.List;
import java.util.Locale;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.http.Json;

/**
 * What rspamd answers.
 *
 * @param action what it would do
 * @param score more is more like spam
 * @param required from which score on it would refuse
 * @param symbols the rules that met, those first that count most
 * @param message what a client is to read that is refused; empty for the usual
 * @param subject the new subject; empty for none
 * @param signatures values of fields DKIM-Signature
 * @param changes what it has changed
 */
record RspamdAnswer(
        RspamdAction action,
        double score,
        double required,
        List<Symbol> symbols,
        String message,
        String subject,
        List<String> signatures,
        Changes changes) {
    private static final int MOST_SIGNATURES = 10;
    private static final int LONGEST_SUBJECT = 1000;
    private static final int LONGEST_MESSAGE = 250;

    /**
     * Reads the content of an answer.
     *
     * @throws PeerFailure when it is none, or says that rspamd could not tell
     */
    static RspamdAnswer parse(String content) {
        Json json = Json.parse("rspamd: its answer", content);
        if (!json.text("error").isEmpty()) {
            throw fault("says '" + json.text("error") + "'");
        }
        double score = json.number("score").orElseThrow(() -> fault("has no score in its answer"));
        return new RspamdAnswer(
                action(json.text("action")),
                score,
                json.number("required_score").orElse(0),
                Symbol.of(json.member("symbols")),
                clean(json.member("messages").text("smtp_message"), LONGEST_MESSAGE),
                clean(json.text("subject"), LONGEST_SUBJECT),
                json.texts("dkim-signature").stream()
                        .limit(MOST_SIGNATURES)
                        .map(Changes::folded)
                        .toList(),
                Changes.of(json.member("milter")));
    }

    private static RspamdAction action(String name) {
        for (RspamdAction action : RspamdAction.values()) {
            if (action.word().equals(name)) {
                return action;
            }
        }
        throw fault("wants the action '" + name + "', which is not known here");
    }

    private static PeerFailure fault(String what) {
        return new PeerFailure(PeerFailure.Kind.FAULT, "rspamd " + what);
    }

    /** On one line, and without what is left of a character that was cut. */
    private static String clean(String text, int most) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .limit(most)
                .forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return clean.toString().strip();
    }

    /** {@code ACTION, SCORE of REQUIRED: SYMBOLS} for the log. */
    String summary() {
        String rules = symbols.isEmpty() ? "" : ": " + Symbol.list(symbols, 10, ", ");
        return String.format(Locale.ROOT, "%s, %.2f of %.2f", action.word(), score, required)
                + rules;
    }
}
