package org.qpsmtpd.brokers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** Makes letters of a mail. */
final class Packing {
    /** Recipients of one letter: what brokers take as its header has a limit. */
    static final int MOST_RECIPIENTS = 100;

    private final KeyPattern key;
    private final boolean isPerRecipient;

    Packing(KeyPattern key, boolean isPerRecipient) {
        this.key = key;
        this.isPerRecipient = isPerRecipient;
    }

    /**
     * The letters, at least one when there are recipients.
     *
     * @throws IOException when the message cannot be read
     */
    List<Parcel> pack(Transaction transaction) throws IOException {
        Octets octets = new Octets(Math.toIntExact(transaction.messageSize()));
        transaction.writeMessageTo(octets);
        byte[] message = octets.toByteArray();
        List<Parcel> parcels = new ArrayList<>();
        for (Map.Entry<String, List<Recipient>> group : groups(transaction).entrySet()) {
            for (List<Recipient> whom : parts(group.getValue())) {
                Letter letter =
                        new Letter(
                                group.getKey(),
                                message,
                                envelope(transaction, whom),
                                digest(transaction, whom, message));
                parcels.add(new Parcel(whom, letter, new CompletableFuture<>()));
            }
        }
        return parcels;
    }

    private Map<String, List<Recipient>> groups(Transaction transaction) {
        Map<String, List<Recipient>> groups = new LinkedHashMap<>();
        for (Recipient recipient : transaction.recipients()) {
            groups.computeIfAbsent(key.of(recipient.address()), each -> new ArrayList<>())
                    .add(recipient);
        }
        return groups;
    }

    private List<List<Recipient>> parts(List<Recipient> all) {
        int size = isPerRecipient ? 1 : MOST_RECIPIENTS;
        List<List<Recipient>> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            parts.add(List.copyOf(all.subList(from, Math.min(all.size(), from + size))));
        }
        return parts;
    }

    private static List<EnvelopeField> envelope(Transaction transaction, List<Recipient> whom) {
        Connection connection = transaction.connection();
        List<EnvelopeField> fields = new ArrayList<>();
        fields.add(new EnvelopeField("mail-id", transaction.id()));
        fields.add(
                new EnvelopeField(
                        "mail-time",
                        connection.clock().now().truncatedTo(ChronoUnit.MILLIS).toString()));
        fields.add(new EnvelopeField("mail-from", transaction.sender().address()));
        for (Recipient recipient : whom) {
            fields.add(new EnvelopeField("mail-to", recipient.address().address()));
        }
        fields.add(new EnvelopeField("mail-client", connection.remoteIp()));
        fields.add(new EnvelopeField("mail-client-name", connection.remoteHost()));
        fields.add(new EnvelopeField("mail-helo", connection.helloHost()));
        if (!connection.authUser().isEmpty()) {
            fields.add(new EnvelopeField("mail-user", connection.authUser()));
        }
        return fields;
    }

    /**
     * Two mails are the same when Message-Id, envelope and body are. One without Message-Id is the
     * same as no other.
     */
    private static String digest(Transaction transaction, List<Recipient> whom, byte[] message) {
        String messageId = transaction.headers().messageId();
        MessageDigest digest = sha256();
        add(digest, messageId.isEmpty() ? transaction.id() : messageId);
        add(digest, transaction.sender().address());
        whom.forEach(one -> add(digest, one.address().address()));
        long body = transaction.body().size() - transaction.body().bodyStart();
        int length = (int) Math.min(body, message.length);
        digest.update(message, message.length - length, length);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, String text) {
        digest.update(text.getBytes(UTF_8));
        digest.update((byte) 0);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    /** Gives its array away when it is full, instead of a copy. */
    private static final class Octets extends ByteArrayOutputStream {
        Octets(int size) {
            super(size);
        }

        @Override
        public synchronized byte[] toByteArray() {
            return count == buf.length ? buf : super.toByteArray();
        }
    }
}
