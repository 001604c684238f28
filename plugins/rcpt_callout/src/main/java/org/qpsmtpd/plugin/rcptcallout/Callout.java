package org.qpsmtpd.plugin.rcptcallout;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.lookup.RecipientLookup;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Recipients of one next hop: what is known of them, and what it is asked. */
final class Callout {
    private static final Logger LOG = LoggerFactory.getLogger(Callout.class);

    /** For the store, before the question, and for the way back. */
    private static final Duration MORE = Duration.ofSeconds(5);

    private final HopAddress place;
    private final Hop hop;
    private final RecipientLookup lookup;
    private final SharedAnswers shared;
    private final Duration timeout;
    private final Optional<String> probe;
    private final CatchAll catchAll = new CatchAll();

    /**
     * @param timeout for a question in all
     * @param probe a local part that nobody has; absent when nobody is to be asked for it
     */
    Callout(
            HopAddress place,
            Hop hop,
            RecipientLookup lookup,
            SharedAnswers shared,
            Duration timeout,
            Optional<String> probe) {
        this.place = place;
        this.hop = hop;
        this.lookup = lookup;
        this.shared = shared;
        this.timeout = timeout;
        this.probe = probe;
    }

    HookResult answer(Transaction transaction, Recipient recipient) {
        Optional<HookResult> known = lookup.known(transaction, recipient);
        if (known.isPresent()) {
            return known.get();
        }
        Address asked = lookup.asked(recipient);
        String domain = asked.comparableHost();
        Instant now = transaction.connection().clock().now();
        Optional<Boolean> takesAny = catchAll.known(domain, now);
        if (takesAny.orElse(false)) {
            return anybody(domain);
        }
        String name = name(transaction.connection());
        CompletionStage<Outcome> outcome =
                shared.get(key(asked))
                        .thenCompose(
                                kept ->
                                        kept.isPresent()
                                                ? known(kept.get())
                                                : ask(asked, name, takesAny.isEmpty()));
        return HookResult.later(
                outcome,
                timeout.plus(MORE),
                lookup.failed(place + ": no answer in time"),
                found -> answer(transaction, recipient, found));
    }

    private static CompletionStage<Outcome> known(SharedAnswers.Kept kept) {
        return CompletableFuture.completedFuture(new Outcome.Known(kept));
    }

    private String key(Address asked) {
        return "rcpt " + place + " " + asked.comparable();
    }

    private String key(String domain) {
        return "any " + place + " " + domain;
    }

    /** Our name for EHLO; empty when there is none that is fit for it. */
    private static String name(Connection connection) {
        String me = connection.config().value("me").orElse("");
        return me.matches("[A-Za-z0-9.:\\[\\]_-]{1,255}") ? me : "";
    }

    private CompletionStage<Outcome> ask(Address asked, String name, boolean mayProbe) {
        long due = System.nanoTime() + timeout.toNanos();
        String path = new Address(asked.user(), asked.comparableHost()).format();
        return hop.ask(path, name, due)
                .thenCompose(
                        said ->
                                mayProbe && said.verdict() == Said.Verdict.YES
                                        ? takesAny(asked.comparableHost(), name, due)
                                                .thenApply(any -> outcome(said, any))
                                        : CompletableFuture.completedFuture(
                                                outcome(said, Optional.empty())))
                .exceptionally(failure -> new Outcome.Failed(HopFault.of(failure)));
    }

    private static Outcome outcome(Said said, Optional<Boolean> takesAny) {
        return new Outcome.Answered(said, takesAny);
    }

    /** Never fails: what cannot be learnt is absent. */
    private CompletionStage<Optional<Boolean>> takesAny(String domain, String name, long due) {
        if (probe.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        String path = new Address(probe.get(), domain).format();
        return shared.get(key(domain))
                .thenCompose(
                        kept ->
                                kept.isPresent()
                                        ? CompletableFuture.completedFuture(
                                                Optional.of(kept.get().mailbox() == Mailbox.THERE))
                                        : hop.ask(path, name, due)
                                                .handle((said, failure) -> takesAny(said)));
    }

    private static Optional<Boolean> takesAny(Said said) {
        return said == null || said.verdict() == Said.Verdict.LATER
                ? Optional.empty()
                : Optional.of(said.verdict() == Said.Verdict.YES);
    }

    /** Runs on the connection's thread. */
    private HookResult answer(Transaction transaction, Recipient recipient, Outcome outcome) {
        if (outcome instanceof Outcome.Known known) {
            return lookup.keptElsewhere(recipient, known.kept().mailbox(), known.kept().text());
        }
        if (outcome instanceof Outcome.Answered answered) {
            return answer(transaction, recipient, answered);
        }
        HopFault fault = ((Outcome.Failed) outcome).fault();
        String why = place + ": " + fault.reason();
        return fault.kind() == HopFault.Kind.BUSY
                ? lookup.failed(why)
                : lookup.down(transaction, why);
    }

    private HookResult answer(
            Transaction transaction, Recipient recipient, Outcome.Answered answered) {
        Said said = answered.said();
        String domain = recipient.address().comparableHost();
        Instant now = transaction.connection().clock().now();
        return switch (said.verdict()) {
            case LATER -> lookup.failed(place + " says " + said.reply().shown());
            case NO -> {
                if (said.isUnknown()) {
                    learn(domain, false, now);
                }
                Mailbox mailbox = said.isUnknown() ? Mailbox.UNKNOWN : Mailbox.DISABLED;
                yield found(transaction, recipient, mailbox, said.text());
            }
            case YES -> {
                answered.takesAny().ifPresent(any -> learn(domain, any, now));
                yield answered.takesAny().orElse(false)
                        ? anybody(domain)
                        : found(transaction, recipient, Mailbox.THERE, "");
            }
        };
    }

    private HookResult found(
            Transaction transaction, Recipient recipient, Mailbox mailbox, String text) {
        shared.put(key(lookup.asked(recipient)), mailbox, text, lookup.life(mailbox));
        return lookup.found(transaction, recipient, mailbox, text);
    }

    private void learn(String domain, boolean takesAny, Instant now) {
        Duration life = lookup.life(Mailbox.THERE);
        if (catchAll.learn(domain, takesAny, now.plus(life))) {
            LOG.warn("{} takes any recipient of {}: nobody is refused there", place, domain);
        }
        shared.put(key(domain), takesAny ? Mailbox.THERE : Mailbox.UNKNOWN, "", life);
    }

    private HookResult anybody(String domain) {
        return HookResult.skip(place + " takes any recipient of " + domain);
    }
}
