package org.qpsmtpd.api.content;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Transaction;

/**
 * What rules found in one message. Of all refusals the first counts, one for good before one for
 * now. Not for use by several threads.
 */
public final class RuleFindings {
    private static final int LONGEST = 200;
    private static final int MOST = 20;

    private final String usual;
    private final Set<String> quarantine = new LinkedHashSet<>();
    private final Map<String, String> tags = new LinkedHashMap<>();
    private final Set<String> said = new LinkedHashSet<>();
    private @Nullable HookResult denied;
    private @Nullable HookResult deferred;
    private double score;

    /**
     * @param usual what the client reads when a rule that refuses says nothing
     */
    public RuleFindings(String usual) {
        this.usual = usual;
    }

    /**
     * Takes what a rule found.
     *
     * @param action what it says
     * @param rule the rule as it is written, for headers and administrators
     * @param what where it was found, for administrators; any text
     */
    public void add(RuleAction action, String rule, String what) {
        String detail = clean(what.isEmpty() ? rule : what + " by " + rule);
        String text = action.text().isEmpty() ? usual : action.text();
        switch (action.kind()) {
            case DENY -> denied = denied == null ? HookResult.deny(text, detail) : denied;
            case DEFER ->
                    deferred = deferred == null ? HookResult.denySoft(text, detail) : deferred;
            case QUARANTINE -> quarantine.add(action.text().isEmpty() ? detail : action.text());
            case TAG ->
                    tags.putIfAbsent(
                            action.value(), action.text().isEmpty() ? rule : action.text());
            case SCORE -> score += action.score();
            case ACCEPT -> {}
        }
        if (said.size() < MOST) {
            said.add(detail);
        }
    }

    /** What the scores add up to. */
    public double score() {
        return score;
    }

    /** Whether no rule found anything. */
    public boolean isEmpty() {
        return said.isEmpty();
    }

    /** Whether nothing that is found now can change the answer. */
    public boolean isDecided() {
        return denied != null;
    }

    /** All that was found, for administrators. */
    public String summary() {
        return String.join(", ", said);
    }

    /** Refuses, or marks the message as the rules say and declines. */
    public HookResult answer(Transaction transaction) {
        HookResult refusal = denied == null ? deferred : denied;
        if (refusal != null) {
            return refusal;
        }
        quarantine.forEach(transaction::quarantine);
        tags.forEach((field, value) -> transaction.headers().append(field, value));
        return HookResult.pass(said.isEmpty() ? "nothing found" : summary());
    }

    private static String clean(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
