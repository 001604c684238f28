package org.qpsmtpd.api.lookup;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Answers the hook {@code rcpt} by what is found where mailboxes are listed. Keeps what was found
 * for some time, and asks no more for some seconds when nobody answers there. A plugin has one in a
 * field:
 *
 * <pre>{@code
 * Optional<HookResult> known = lookup.known(transaction, recipient);
 * if (known.isPresent()) {
 *     return known.get();
 * }
 * try {
 *     return lookup.found(transaction, recipient, directory.find(lookup.asked(recipient)));
 * } catch (IOException e) {
 *     return lookup.down(transaction, e.getMessage());
 * }
 * }</pre>
 *
 * <p>Recipients of other domains, {@code postmaster} and those without domain are not looked up.
 * Safe for use by several threads.
 */
public final class RecipientLookup {
    /** The JDK's, so that the contract needs no library. */
    private static final Logger LOG = System.getLogger(RecipientLookup.class.getName());

    private static final int MOST_SECONDS = 30 * 24 * 3600;
    private static final int MOST_ENTRIES = 10_000_000;

    private static final HookResult NO_DOMAIN = HookResult.skip("no domain");
    private static final HookResult POSTMASTER = HookResult.skip("postmaster");
    private static final HookResult OTHER_DOMAIN = HookResult.skip("domain is not looked up");

    private static final String UNKNOWN = "Sorry, no mailbox by that name (#5.1.1)";
    private static final String DISABLED = "Sorry, this mailbox takes no mail (#5.2.1)";
    private static final String LATER =
            "The recipient cannot be looked up now, try again later (#4.3.0)";

    private final String name;
    private final Reject reject;
    private final OnError onError;
    private final LookupDomains domains;
    private final HookResult there;
    private final String delimiter;
    private final AnswerCache good;
    private final AnswerCache bad;
    private final Outage outage = new Outage();

    private enum OnError {
        DEFER,
        PASS,
        SKIP
    }

    private enum Found {
        PASS,
        OK
    }

    /**
     * Reads the settings.
     *
     * @param name the plugin's name, for the log
     * @param onError what the plugin's setting {@code on_error} says: {@code defer}, or {@code
     *     pass}, for which {@code skip} is another word
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    public RecipientLookup(
            String name, RejectSettings reject, LookupSettings settings, String onError) {
        this.name = name;
        this.reject = Reject.of(reject);
        this.onError = Choice.of(OnError.class, "on_error", onError);
        this.domains = LookupDomains.of(settings.domains());
        this.there =
                Choice.of(Found.class, "found", settings.found()) == Found.OK
                        ? HookResult.OK
                        : HookResult.DECLINED;
        this.delimiter = settings.delimiter();
        int entries = number("cache_entries", settings.cache__entries(), 1, MOST_ENTRIES);
        this.good = cache("cache_seconds", settings.cache__seconds(), entries);
        this.bad = cache("unknown_cache_seconds", settings.unknown__cache__seconds(), entries);
    }

    private static AnswerCache cache(String option, String seconds, int entries) {
        int life = number(option, seconds, 0, MOST_SECONDS);
        return new AnswerCache(Duration.ofSeconds(life), entries);
    }

    private static int number(String option, String text, int least, int most) {
        boolean digits = text.matches("[0-9]{1,9}");
        int number = digits ? Integer.parseInt(text) : -1;
        if (number < least || number > most) {
            throw new IllegalArgumentException(
                    option + " '" + text + "' is not a number from " + least + " to " + most);
        }
        return number;
    }

    /** The answer where nobody has to be asked: not looked up, known, or nobody there to ask. */
    public Optional<HookResult> known(Transaction transaction, Recipient recipient) {
        Connection connection = transaction.connection();
        Address address = recipient.address();
        if (address.host().isEmpty()) {
            return Optional.of(NO_DOMAIN);
        }
        // RFC 5321 section 4.5.1: it is there in every domain.
        if (address.user().equalsIgnoreCase("postmaster")) {
            return Optional.of(POSTMASTER);
        }
        if (!domains.contains(connection.config(), address.comparableHost())) {
            return Optional.of(OTHER_DOMAIN);
        }
        Instant now = connection.clock().now();
        String asked = asked(recipient).comparable();
        Optional<AnswerCache.Answer> kept = good.get(asked, now).or(() -> bad.get(asked, now));
        if (kept.isPresent()) {
            return kept.map(answer -> answer(asked, answer, "known "));
        }
        return outage.why(now).map(this::failed);
    }

    /**
     * The address to ask for: the recipient's, without what stands from a delimiter on in its local
     * part.
     */
    public Address asked(Recipient recipient) {
        Address address = recipient.address();
        String user = address.user();
        for (int at = 1; at < user.length(); at++) {
            if (delimiter.indexOf(user.charAt(at)) >= 0) {
                return new Address(user.substring(0, at), address.host());
            }
        }
        return address;
    }

    /** The answer by what was found, which is kept. */
    public HookResult found(Transaction transaction, Recipient recipient, Mailbox mailbox) {
        return found(transaction, recipient, mailbox, "");
    }

    /**
     * The answer by what was found, which is kept.
     *
     * @param text what a refused client reads instead of the usual text, which an empty one stands
     *     for: one line, with an enhanced code as {@code (#C.S.D)} at its end
     */
    public HookResult found(
            Transaction transaction, Recipient recipient, Mailbox mailbox, String text) {
        Instant now = transaction.connection().clock().now();
        String asked = asked(recipient).comparable();
        AnswerCache into = mailbox == Mailbox.THERE ? good : bad;
        (mailbox == Mailbox.THERE ? bad : good).remove(asked);
        AnswerCache.Answer answer = new AnswerCache.Answer(mailbox, text);
        into.put(asked, answer, now);
        if (outage.end()) {
            LOG.log(Level.INFO, () -> name + ": recipients are looked up again");
        }
        return answer(asked, answer, "");
    }

    /**
     * The answer by what is kept elsewhere, such as in a store that several servers share. It is
     * not kept here, where its life would begin anew.
     *
     * @param text as for {@link #found(Transaction, Recipient, Mailbox, String)}
     */
    public HookResult keptElsewhere(Recipient recipient, Mailbox mailbox, String text) {
        return answer(
                asked(recipient).comparable(), new AnswerCache.Answer(mailbox, text), "known ");
    }

    /** How long it is kept that a mailbox is like that; zero for not at all. */
    public Duration life(Mailbox mailbox) {
        return (mailbox == Mailbox.THERE ? good : bad).life();
    }

    private HookResult answer(String asked, AnswerCache.Answer answer, String how) {
        String text = answer.text();
        String said = text.isEmpty() ? "" : ": " + text;
        return switch (answer.mailbox()) {
            case THERE -> there.because("pass: " + how + asked);
            case DISABLED ->
                    reject.decide(
                            text.isEmpty() ? DISABLED : text, how + asked + " is disabled" + said);
            case UNKNOWN ->
                    reject.decide(
                                    text.isEmpty() ? UNKNOWN : text,
                                    how + asked + " is unknown" + said)
                            .withKarma(-1);
        };
    }

    /**
     * The answer when this look-up failed; the next one may succeed.
     *
     * @param why for the log
     */
    public HookResult failed(String why) {
        HookResult answer =
                onError == OnError.DEFER ? HookResult.denySoft(LATER) : HookResult.DECLINED;
        return answer.because("error: " + why);
    }

    /**
     * The answer when nobody can be asked. Nobody is, for some seconds, so that a queue of clients
     * does not wait one after the other for what does not answer.
     *
     * @param why for the log
     */
    public HookResult down(Transaction transaction, String why) {
        if (outage.begin(transaction.connection().clock().now(), why)) {
            String then = onError == OnError.DEFER ? "deferred" : "not looked up";
            LOG.log(
                    Level.WARNING,
                    () -> name + ": " + why + "; until that answers recipients are " + then);
        }
        return failed(why);
    }

    /** How many addresses are known. */
    public int size() {
        return good.size() + bad.size();
    }
}
