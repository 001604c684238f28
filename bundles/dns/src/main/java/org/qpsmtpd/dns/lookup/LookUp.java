package org.qpsmtpd.dns.lookup;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.dns.message.Question;
import org.qpsmtpd.dns.message.Reply;
import org.qpsmtpd.dns.transport.Alarm;
import org.qpsmtpd.dns.upstream.Asking;
import org.xbill.DNS.Name;

/** A question on its way, for all who ask it meanwhile. Belongs to the loop. */
final class LookUp {
    private static final int MOST_ALIASES = 8;
    private static final int MOST_ASKERS = 10_000;

    private final Question question;
    private final BiFunction<Question, Consumer<Reply>, Asking> ask;
    private final BiConsumer<LookUp, Reply> over;
    private final List<CompletableFuture<DnsAnswer<?>>> askers = new ArrayList<>(1);
    private final Set<Name> seen = new HashSet<>();
    private @Nullable Asking asking;
    private long seconds = Long.MAX_VALUE;
    private boolean authenticated = true;
    private @Nullable Alarm limit;
    private boolean atWork;
    private boolean done;

    /**
     * Asks nobody yet.
     *
     * @param ask begins to ask name servers
     * @param over given the reply, once
     */
    LookUp(
            Question question,
            BiFunction<Question, Consumer<Reply>, Asking> ask,
            BiConsumer<LookUp, Reply> over) {
        this.question = question;
        this.ask = ask;
        this.over = over;
    }

    Question question() {
        return question;
    }

    /** Tells one more the answer; false when there are too many. */
    boolean join(CompletableFuture<DnsAnswer<?>> asker) {
        return askers.size() < MOST_ASKERS && askers.add(asker);
    }

    /** When it ends at the latest. */
    void limit(Alarm alarm) {
        limit = alarm;
    }

    /** Its turn has come. */
    void setToWork() {
        atWork = true;
    }

    boolean isAtWork() {
        return atWork;
    }

    void begin() {
        if (!done) {
            follow(question);
        }
    }

    private void follow(Question next) {
        seen.add(next.name());
        Asking started = ask.apply(next, this::replied);
        asking = started;
        started.begin();
    }

    private void replied(Reply reply) {
        seconds = Math.min(seconds, reply.seconds());
        authenticated &= reply.answer().isAuthenticated();
        Name alias = reply.alias();
        if (alias == null) {
            end(reply.isFailed() ? reply : new Reply(summed(reply.answer()), seconds, null));
        } else if (seen.contains(alias) || seen.size() > MOST_ALIASES) {
            end(Reply.FAILED);
        } else {
            follow(new Question(alias, question.type()));
        }
    }

    /** What aliases led to is vouched for as far as all of them are. */
    private <T> DnsAnswer<T> summed(DnsAnswer<T> last) {
        return last.isAuthenticated() == authenticated
                ? last
                : new DnsAnswer<>(last.status(), last.records(), authenticated);
    }

    /** Ends it with a reply, unless it has ended. */
    void end(Reply reply) {
        if (!done) {
            done = true;
            if (asking != null) {
                asking.cancel();
            }
            if (limit != null) {
                limit.cancel();
            }
            over.accept(this, reply);
        }
    }

    /** Tells all who asked. What they do with it runs here and now. */
    void tell(DnsAnswer<?> answer) {
        askers.forEach(asker -> asker.complete(answer));
    }
}
