package org.qpsmtpd.smtpclient;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** What a next hop was told of one transaction so far. Used by one hook at a time. */
final class Leg {
    /** How long the end of an envelope that nobody wants is waited for. */
    private static final Duration RESET_TIME = Duration.ofSeconds(5);

    private @Nullable MailClient client;
    private Envelope envelope = new Envelope(Address.NULL, Parameters.NONE, List.of());
    private final List<Recipient> taken = new ArrayList<>();
    private @Nullable HopWay way;
    private @Nullable HopConnection line;

    /** The client names its sender. */
    void begin(MailClient from, Address sender, Parameters parameters) {
        client = from;
        envelope = new Envelope(sender, parameters, List.of());
    }

    Envelope envelope() {
        return envelope;
    }

    /** That of one recipient. */
    Envelope envelope(Recipient recipient) {
        Mail.To to = new TransactionMail.OfTransaction(recipient);
        return new Envelope(envelope.sender(), envelope.parameters(), List.of(to));
    }

    Optional<HookResult> unsafe(Envelope said) {
        return said.isSafe() ? Optional.empty() : Optional.of(Outgoing.unsafe());
    }

    /** The way that the sender was handed on by; null when there is none. */
    @Nullable HopWay way() {
        return way;
    }

    /** Says MAIL. */
    HookResult mail(HopWay next, long due) throws NextHopException {
        HopWay.Begun begun = next.begin(client(), this::isFit, this::mail, due);
        Optional<HookResult> unfit = Outgoing.refusalOf(envelope, begun.connection().extensions());
        if (!begun.reply().isPositive() || unfit.isPresent()) {
            next.drop(begun.connection());
            return unfit.isPresent() ? unfit.get() : answer(next, begun.reply());
        }
        way = next;
        hold(begun.connection());
        return HookResult.pass(next.hop().place() + ": " + begun.reply().shown());
    }

    private MailClient client() {
        MailClient known = client;
        if (known == null) {
            throw new IllegalStateException("RCPT before MAIL");
        }
        return known;
    }

    private boolean isFit(Extensions offered) {
        return Outgoing.refusalOf(envelope, offered).isEmpty();
    }

    private String mail(Extensions offered) {
        return envelope.mail(offered, size(), isEightBit(), isUtf8());
    }

    /** The size that the client gave; none otherwise. */
    private long size() {
        String size = envelope.parameters().get("SIZE").orElse("");
        boolean isNumber = size.length() < 19 && size.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber && !size.isEmpty() ? Long.parseLong(size) : Envelope.NO_SIZE;
    }

    private boolean isEightBit() {
        String body = envelope.parameters().get("BODY").orElse("");
        return !body.isEmpty() && !body.equalsIgnoreCase("7BIT");
    }

    private boolean isUtf8() {
        return envelope.parameters().has("SMTPUTF8");
    }

    /** Says RCPT, after all that was said before when the connection has gone. */
    HookResult rcpt(HopWay same, Recipient recipient, long due) throws NextHopException {
        HopConnection connection = take(due).orElse(null);
        if (connection == null) {
            connection = again(same, due);
        }
        Optional<HookResult> unfit =
                Outgoing.recipientRefusal(envelope(recipient), connection.extensions());
        if (unfit.isPresent()) {
            hold(connection);
            return unfit.get();
        }
        HopReply reply = ask(same, connection, recipient);
        hold(connection);
        if (!reply.isPositive()) {
            return answer(same, reply);
        }
        taken.add(recipient);
        return reply.asAnswer().because("pass: " + same.hop().place() + ": " + reply.shown());
    }

    boolean hasTaken(Recipient recipient) {
        return taken.contains(recipient);
    }

    private HopConnection again(HopWay same, long due) throws NextHopException {
        HopWay.Begun begun = same.begin(client(), this::isFit, this::mail, due);
        boolean isGood = begun.reply().isPositive();
        for (int i = 0; isGood && i < taken.size(); i++) {
            isGood = ask(same, begun.connection(), taken.get(i)).isPositive();
        }
        if (!isGood) {
            same.drop(begun.connection());
            throw new NextHopException("the next hop no longer takes what it took", "4.4.2", null);
        }
        return begun.connection();
    }

    private static HopReply ask(HopWay same, HopConnection connection, Recipient recipient)
            throws NextHopException {
        boolean isDone = false;
        try {
            String line =
                    Envelope.rcpt(
                            recipient.address(), recipient.parameters(), connection.extensions());
            HopReply reply = connection.command(line);
            isDone = true;
            return reply;
        } finally {
            if (!isDone) {
                same.pool().discard(connection);
            }
        }
    }

    private static HookResult answer(HopWay from, HopReply reply) throws NextHopException {
        if (!reply.isAboutTheMail()) {
            throw new NextHopException("unexpected answer of the next hop: " + reply.shown());
        }
        return reply.asAnswer().because("fail: " + from.hop().place() + ": " + reply.shown());
    }

    private void hold(HopConnection connection) {
        HopWay known = way;
        if (known != null) {
            known.pool().hold(connection);
            line = connection;
        }
    }

    /** The connection on which the envelope was said; absent when it has gone. */
    Optional<HopConnection> take(long due) {
        HopConnection held = line;
        HopWay known = way;
        line = null;
        return held != null && known != null && known.pool().resume(held, due)
                ? Optional.of(held)
                : Optional.empty();
    }

    /** Whether the envelope that was said is that of the message as it is now. */
    boolean fits(Transaction transaction, Outgoing message, Extensions offered) {
        return transaction.sender().equals(envelope.sender())
                && transaction.mailParameters().equals(envelope.parameters())
                && transaction.recipients().equals(taken)
                && (isEightBit() || !message.isEightBit() || !offered.has("8BITMIME"))
                && (transaction.bodyType() == BodyType.SEVEN_BIT || isEightBit())
                && (isUtf8() || !message.needsUtf8());
    }

    /** Drops what was begun. */
    void release() {
        HopWay known = way;
        take(System.nanoTime() + RESET_TIME.toNanos())
                .ifPresent(
                        connection -> {
                            if (known != null) {
                                known.drop(connection);
                            }
                        });
        way = null;
        taken.clear();
    }
}
