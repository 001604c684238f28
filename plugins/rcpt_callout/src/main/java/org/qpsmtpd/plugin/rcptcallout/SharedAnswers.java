package org.qpsmtpd.plugin.rcptcallout;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.service.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers of next hops in a store, so that servers that share it ask once. A store that fails is as
 * good as an empty one: the next hop is asked.
 */
final class SharedAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(SharedAnswers.class);
    private static final Pattern FORM =
            Pattern.compile("(there|unknown|disabled)(?: ([ -~]{1,300}))?");

    private final Store store;

    /**
     * @param text for the client, maybe empty
     */
    record Kept(Mailbox mailbox, String text) {}

    SharedAnswers(Store store) {
        this.store = store;
    }

    /** What is kept under a key; never fails. */
    CompletionStage<Optional<Kept>> get(String key) {
        return store.get(Store.key(key))
                .handle(
                        (value, failure) ->
                                failure == null
                                        ? value.flatMap(SharedAnswers::parse)
                                        : none(failure));
    }

    private static Optional<Kept> parse(String value) {
        Matcher form = FORM.matcher(value);
        if (!form.matches()) {
            return Optional.empty();
        }
        String text = form.group(2);
        return Optional.of(
                new Kept(
                        Mailbox.valueOf(form.group(1).toUpperCase(Locale.ROOT)),
                        text == null ? "" : text));
    }

    private static Optional<Kept> none(Throwable failure) {
        LOG.debug("the next hop is asked, since the store fails: {}", failure.toString());
        return Optional.empty();
    }

    /**
     * Keeps an answer.
     *
     * @param life zero for not at all
     */
    void put(String key, Mailbox mailbox, String text, Duration life) {
        if (life.isZero()) {
            return;
        }
        String word = mailbox.name().toLowerCase(Locale.ROOT);
        var unused =
                store.set(Store.key(key), text.isEmpty() ? word : word + " " + text, life)
                        .exceptionally(SharedAnswers::lost);
    }

    @SuppressWarnings("NullAway") // CompletionStage<Void> can only be completed with null
    private static Void lost(Throwable failure) {
        LOG.debug("the store fails, so other servers ask for themselves: {}", failure.toString());
        return null;
    }
}
