package org.qpsmtpd.plugin.rcptcallout;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A next hop: a few connections, kept for a while, and a bounded queue of questions, of which those
 * for the same address are asked once. All fields belong to the event loop.
 */
final class Hop {
    private static final int MOST_WAITING = 1_000;

    /** A kept connection that says nothing for this part of the time is taken for gone. */
    private static final int SHARE_OF_KEPT = 3;

    /** One that has waited until less of the time is left would say nothing of the next hop. */
    private static final int LEAST_SHARE = 4;

    private static final String LATE = "it does not answer in time";
    private static final String CROWDED = "too many recipients wait for its answers";
    private static final String CLOSED = "the server is being reconfigured";

    private final HopAddress address;
    private final Settings settings;
    private final Function<String, CompletableFuture<List<InetAddress>>> addresses;
    private final EventLoop loop;
    private final Deque<Question> waiting = new ArrayDeque<>();
    private final Set<Session> sessions = new HashSet<>();
    private final Deque<Session> idle = new ArrayDeque<>();
    private final Map<String, CompletableFuture<Said>> asking = new HashMap<>();
    private int open;
    private boolean isClosed;

    private record Question(
            String recipient, String name, long due, CompletableFuture<Said> answer) {}

    /**
     * @param addresses looks the addresses of a host up, one at least; fails with a {@link HopFault}
     */
    Hop(
            HopAddress address,
            Settings settings,
            Function<String, CompletableFuture<List<InetAddress>>> addresses,
            EventLoop loop) {
        this.address = address;
        this.settings = settings;
        this.addresses = addresses;
        this.loop = loop;
    }

    /**
     * Asks for a recipient.
     *
     * @param recipient as a path, with its angle brackets
     * @param name ours, for EHLO; empty for our address
     * @param due when there must be an answer, in the terms of {@link System#nanoTime}
     * @return fails with a {@link HopFault}, at the latest when it is due
     */
    CompletableFuture<Said> ask(String recipient, String name, long due) {
        CompletableFuture<Said> answer = new CompletableFuture<>();
        try {
            loop.execute(() -> join(new Question(recipient, name, due, answer)));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new HopFault(HopFault.Kind.BUSY, CLOSED));
        }
        return answer;
    }

    private void join(Question question) {
        CompletableFuture<Said> same = asking.get(question.recipient);
        if (same != null) {
            var unused = same.whenComplete((said, failure) -> pass(question.answer, said, failure));
            return;
        }
        if (isClosed || waiting.size() >= MOST_WAITING) {
            String why = isClosed ? CLOSED : CROWDED;
            question.answer.completeExceptionally(new HopFault(HopFault.Kind.BUSY, why));
            return;
        }
        asking.put(question.recipient, question.answer);
        waiting.add(question);
        Future<?> limit =
                loop.schedule(() -> giveUp(question), left(question), TimeUnit.NANOSECONDS);
        var unused = question.answer.whenComplete((said, failure) -> limit.cancel(false));
        pump();
    }

    private static void pass(
            CompletableFuture<Said> answer, @Nullable Said said, @Nullable Throwable failure) {
        if (failure != null) {
            answer.completeExceptionally(failure);
        } else if (said != null) {
            answer.complete(said);
        }
    }

    private static long left(Question question) {
        return Math.max(0, question.due - System.nanoTime());
    }

    /** Whether it waits or is being asked: what the connection may still say comes too late. */
    private void giveUp(Question question) {
        fail(
                question,
                waiting.remove(question)
                        ? new HopFault(HopFault.Kind.BUSY, CROWDED)
                        : new HopFault(HopFault.Kind.DOWN, LATE));
    }

    private void fail(Question question, HopFault fault) {
        asking.remove(question.recipient, question.answer);
        question.answer.completeExceptionally(fault);
    }

    private void pump() {
        while (!waiting.isEmpty()) {
            boolean isKept = !idle.isEmpty();
            if (!isKept && open >= settings.connections()) {
                return;
            }
            Question next = waiting.remove();
            if (left(next) < settings.timeout().toNanos() / LEAST_SHARE) {
                fail(next, new HopFault(HopFault.Kind.BUSY, CROWDED));
            } else if (isKept) {
                run(next, idle.remove(), true);
            } else {
                connect(next);
            }
        }
    }

    private void connect(Question question) {
        open++;
        Opening opening = new Opening(loop, address, settings, question.name, question.due);
        var unused =
                addresses
                        .apply(address.host())
                        .thenComposeAsync(opening::run, loop)
                        .whenCompleteAsync(
                                (session, failure) -> opened(question, session, failure), loop);
    }

    private void opened(Question question, @Nullable Session session, @Nullable Throwable failure) {
        if (session == null) {
            open--;
            HopFault fault = HopFault.of(failure == null ? new IllegalStateException() : failure);
            fail(question, fault);
            // Those who wait would find the same, one after the other.
            for (Question each = waiting.poll(); each != null; each = waiting.poll()) {
                fail(each, fault);
            }
            return;
        }
        sessions.add(session);
        var unused = session.link().ended().thenAccept(fault -> lost(session));
        run(question, session, false);
    }

    private void lost(Session session) {
        open--;
        sessions.remove(session);
        idle.remove(session);
        // Not within what ends it: a question may be about to move to another connection.
        loop.execute(this::pump);
    }

    private void run(Question question, Session session, boolean isKept) {
        if (isClosed) {
            session.link().quit();
            return;
        }
        if (question.answer.isDone()) {
            keep(session);
            return;
        }
        long left = left(question);
        session.link()
                .closeAfter(
                        isKept ? left / SHARE_OF_KEPT : left,
                        isKept ? HopFault.Kind.GONE : HopFault.Kind.DOWN,
                        LATE);
        var unused =
                session.mail(settings, question.recipient)
                        .thenCompose(reply -> rcpt(question, session, reply))
                        .whenComplete(
                                (said, failure) ->
                                        answered(question, session, said, failure, isKept));
    }

    private CompletableFuture<Said> rcpt(Question question, Session session, HopReply mail) {
        if (!mail.isPositive()) {
            return CompletableFuture.completedFuture(Said.ofSender(mail));
        }
        session.link().closeAfter(left(question), HopFault.Kind.DOWN, LATE);
        return session.rcpt(question.recipient);
    }

    private void answered(
            Question question,
            Session session,
            @Nullable Said said,
            @Nullable Throwable failure,
            boolean isKept) {
        if (said != null) {
            asking.remove(question.recipient, question.answer);
            question.answer.complete(said);
            rest(session);
            return;
        }
        HopFault fault = HopFault.of(failure == null ? new IllegalStateException() : failure);
        session.link().close(fault.kind(), fault.reason());
        if (isKept && fault.kind() == HopFault.Kind.GONE && !question.answer.isDone()) {
            connect(question);
        } else {
            fail(question, fault);
        }
    }

    /** RSET between questions; a connection that may not be used again is closed. */
    private void rest(Session session) {
        long limit = settings.timeout().toNanos();
        session.link().closeAfter(limit, HopFault.Kind.GONE, LATE);
        var unused =
                session.reset()
                        .whenComplete(
                                (isUseful, failure) -> {
                                    if (isUseful == null || !isUseful || isClosed) {
                                        session.link().quit();
                                    } else {
                                        keep(session);
                                    }
                                });
    }

    private void keep(Session session) {
        idle.push(session);
        session.link().after(settings.idleTime().toNanos(), session.link()::quit);
        pump();
    }

    /** Closes the connections with QUIT; questions fail from now on. Called on the event loop. */
    void close() {
        isClosed = true;
        waiting.clear();
        HopFault fault = new HopFault(HopFault.Kind.BUSY, CLOSED);
        List.copyOf(asking.values()).forEach(answer -> answer.completeExceptionally(fault));
        asking.clear();
        List.copyOf(sessions).forEach(session -> session.link().quit());
    }
}
