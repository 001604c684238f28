package org.qpsmtpd.dns.upstream;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.dns.message.AnswerReader;
import org.qpsmtpd.dns.message.Names;
import org.qpsmtpd.dns.message.Query;
import org.qpsmtpd.dns.message.Question;
import org.qpsmtpd.dns.message.Reply;
import org.qpsmtpd.dns.transport.Alarm;
import org.qpsmtpd.dns.transport.Exchange;
import org.qpsmtpd.dns.transport.Loop;
import org.xbill.DNS.Rcode;

/**
 * Asks one question, of one name server after the other, until one of them says something. Those
 * that say nothing are asked again, unless they have said nothing for a while. Belongs to the loop.
 */
public final class Asking {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(2);
    private static final int MOST_TRIES = 4;

    private final Loop loop;
    private final Question question;
    private final IntSupplier random;
    private final Consumer<Reply> told;
    private final Deque<NameServer> next;
    private final List<NameServer> silent = new ArrayList<>();
    private @Nullable Exchange exchange;
    private @Nullable Alarm alarm;
    private int tries;
    private boolean over;

    /**
     * Asks nobody yet.
     *
     * @param random bits that nobody can guess
     * @param told given the reply, once
     */
    public Asking(
            Loop loop,
            NameServers servers,
            Question question,
            IntSupplier random,
            Consumer<Reply> told) {
        this.loop = loop;
        this.question = question;
        this.random = random;
        this.told = told;
        next = new ArrayDeque<>(servers.inOrder(Names.isOfThisHost(question.name())));
    }

    /** Asks the next one, if any is left. */
    public void begin() {
        if (over) {
            return;
        }
        if (next.isEmpty()) {
            next.addAll(silent);
            silent.clear();
        }
        NameServer server = next.poll();
        if (server == null && tries == 0) {
            end(Reply.UNKNOWN);
            return;
        }
        if (server == null || tries >= MOST_TRIES) {
            end(Reply.FAILED);
            return;
        }
        tries++;
        ask(server, false);
    }

    private void ask(NameServer server, boolean overTcp) {
        IntSupplier letters = server.keepsCase() ? random : () -> 0;
        Query query = new Query(question, server.isExtended(), letters);
        long began = System.nanoTime();
        Exchange sent =
                new Exchange(
                        query,
                        new Exchange.Listener() {
                            @Override
                            public void answered(byte[] message, Query.Fit fit) {
                                server.answered(System.nanoTime() - began);
                                arrived(server, overTcp, message, fit);
                            }

                            @Override
                            public void failed(IOException why) {
                                server.unreachable();
                                loop.execute(Asking.this::begin);
                            }
                        });
        exchange = sent;
        forget(alarm);
        alarm = loop.after(PATIENCE, () -> tooLate(server, began));
        server.send(sent, overTcp);
    }

    private void tooLate(NameServer server, long began) {
        Exchange sent = exchange;
        if (sent != null) {
            sent.cancel();
        }
        server.silent(PATIENCE, began);
        if (!server.isResting()) {
            silent.add(server);
        }
        begin();
    }

    private void arrived(NameServer server, boolean overTcp, byte[] message, Query.Fit fit) {
        int code = Query.code(message);
        boolean refusesExtension = code == Rcode.FORMERR || code == Rcode.NOTIMP;
        if (over) {
            return;
        }
        if (server.isExtended() && refusesExtension) {
            server.takesNoExtension();
            ask(server, overTcp);
        } else if (!overTcp && (Query.isTruncated(message) || fit == Query.Fit.BUT_FOR_CASE)) {
            // Over TCP nobody but the server can answer, whatever case it likes.
            ask(server, true);
        } else {
            take(server, overTcp, message, fit);
        }
    }

    private void take(NameServer server, boolean overTcp, byte[] message, Query.Fit fit) {
        if (overTcp && fit == Query.Fit.BUT_FOR_CASE) {
            server.changesCase();
        }
        boolean whole = !Query.isTruncated(message);
        Reply reply =
                whole
                        ? AnswerReader.read(question, message, server.address().isTrusted())
                        : Reply.FAILED;
        if (reply.isFailed()) {
            server.failed();
            forget(alarm);
            begin();
        } else {
            end(reply);
        }
    }

    private void end(Reply reply) {
        cancel();
        told.accept(reply);
    }

    /** Nobody waits for the reply any more; nobody is told. */
    public void cancel() {
        over = true;
        forget(alarm);
        Exchange sent = exchange;
        if (sent != null) {
            sent.cancel();
        }
    }

    private static void forget(@Nullable Alarm alarm) {
        if (alarm != null) {
            alarm.cancel();
        }
    }
}
