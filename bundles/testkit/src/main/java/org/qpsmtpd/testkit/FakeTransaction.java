package org.qpsmtpd.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.BodyFollower;
import org.qpsmtpd.api.session.BodyWriter;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.Lifetime;
import org.qpsmtpd.api.session.MessageBody;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.core.message.BodySink;
import org.qpsmtpd.core.message.HeaderBlock;
import org.qpsmtpd.core.message.Spool;
import org.qpsmtpd.core.message.StoredBody;

/**
 * A transaction that keeps its message in memory. The methods that begin with {@code with} set it
 * up and return it.
 *
 * <pre>{@code
 * FakeTransaction transaction =
 *         FakeTransaction.on(FakeConnection.from("192.0.2.1"))
 *                 .withSender("matt@example.org")
 *                 .withRecipient("user@example.com")
 *                 .withMessage("Subject: a test\n\nHello\n");
 * }</pre>
 */
public final class FakeTransaction implements Transaction {
    private static final Spool NO_SPOOL = new Spool(Path.of("no-spool"));
    private static final int EMPTY_LINE = 2;

    private final FakeConnection connection;
    private final FakeNotes notes = new FakeNotes();
    private final List<Recipient> recipients = new ArrayList<>();
    private final Map<String, String> parameters = new HashMap<>();
    private final String id;
    private final Lifetime lifetime = new Lifetime();
    private final List<String> quarantine = new ArrayList<>();
    private long maxOctets;
    private int followed = Integer.MAX_VALUE;
    private boolean unreadable;
    private boolean isQueued;
    private Duration age = Duration.ZERO;
    private @Nullable Address sender;
    private SpoolDirectory spool = new SpoolDirectory(null);
    private HeaderBlock headers = new HeaderBlock(new byte[0], 0);
    private FakeBody body = new FakeBody(new byte[0], 0, spool);

    private FakeTransaction(FakeConnection connection) {
        this.connection = connection;
        this.id = connection.id() + "-1";
    }

    /** A transaction without sender on a new {@link FakeConnection#create() connection}. */
    public static FakeTransaction create() {
        return on(FakeConnection.create());
    }

    /** A transaction without sender. */
    public static FakeTransaction on(FakeConnection connection) {
        return new FakeTransaction(connection);
    }

    /**
     * Sets the sender.
     *
     * @param address {@code user@host} without brackets; empty for the null sender
     */
    public FakeTransaction withSender(String address) {
        sender = FakeRecipient.address(address);
        return this;
    }

    /** Adds a parameter of the MAIL command, such as {@code BODY} and {@code 8BITMIME}. */
    public FakeTransaction withParameter(String keyword, String value) {
        parameters.put(keyword.toLowerCase(Locale.ROOT), value);
        return this;
    }

    /**
     * Adds an accepted recipient that uses the connection's configuration for it.
     *
     * @param address {@code user@host} without brackets
     */
    public FakeTransaction withRecipient(String address) {
        addRecipient(FakeRecipient.address(address));
        return this;
    }

    /** Adds an accepted recipient. */
    public FakeTransaction withRecipient(FakeRecipient recipient) {
        recipients.add(recipient);
        return this;
    }

    /** Sets a note. */
    public <T> FakeTransaction withNote(NoteKey<T> key, T value) {
        notes.put(key, value);
        return this;
    }

    /** Keeps files in this directory; otherwise in one that is deleted when the JVM ends. */
    public FakeTransaction withSpoolDirectory(Path directory) {
        spool = new SpoolDirectory(directory);
        body = new FakeBody(body.open().readAllBytes(), (int) body.bodyStart(), spool);
        return this;
    }

    /**
     * Sets the message and forgets changes made to an earlier header.
     *
     * @param text header, empty line and body; line ends may be LF or CRLF
     */
    public FakeTransaction withMessage(String text) {
        String crlf = text.replace("\r\n", "\n").replace("\n", "\r\n");
        return withMessage(crlf.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sets the message and forgets changes made to an earlier header.
     *
     * @param octets header, empty line and body with CRLF line ends; as the server does, an empty
     *     line is put between header and body where none is; nothing else is changed
     */
    public FakeTransaction withMessage(byte[] octets) {
        StoredBody stored = StoredBody.of(octets, NO_SPOOL); // large enough for nothing
        headers = new HeaderBlock(stored.keepHeader(), stored.headerLength());
        use(stored);
        return this;
    }

    private void use(StoredBody stored) {
        try (InputStream message = stored.open()) {
            body = new FakeBody(message.readAllBytes(), stored.headerLength(), spool);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has {@link #writeMessageTo} fail when half of the message is written. */
    public FakeTransaction withUnreadableMessage() {
        unreadable = true;
        return this;
    }

    /** Sets the largest message that {@link #replaceBody} may make; any size otherwise. */
    public FakeTransaction withMaxOctets(long octets) {
        maxOctets = octets;
        return this;
    }

    /**
     * The message as it would be queued, as text with LF line ends.
     *
     * @see #writeMessageTo
     */
    public String message() {
        return new String(queued(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public FakeConnection connection() {
        return connection;
    }

    @Override
    public boolean hasSender() {
        return sender != null;
    }

    @Override
    public Address sender() {
        return sender == null ? Address.NULL : sender;
    }

    @Override
    public void setSender(Address newSender) {
        sender = newSender;
    }

    /** {@link #bodyType} and {@link #smtpUtf8} follow the parameters here. */
    @Override
    public void setSender(Address newSender, Parameters given) {
        setSender(newSender);
        parameters.clear();
        parameters.putAll(given.values());
    }

    @Override
    public Parameters mailParameters() {
        return new Parameters(parameters);
    }

    /** What the parameter {@code BODY} says. */
    @Override
    public BodyType bodyType() {
        return switch (parameters.getOrDefault("body", "").toUpperCase(Locale.ROOT)) {
            case "8BITMIME" -> BodyType.EIGHT_BIT_MIME;
            case "BINARYMIME" -> BodyType.BINARY_MIME;
            default -> BodyType.SEVEN_BIT;
        };
    }

    /** Whether there is a parameter {@code SMTPUTF8}. */
    @Override
    public boolean smtpUtf8() {
        return parameters.containsKey("smtputf8");
    }

    @Override
    public FakeConfig senderConfig() {
        return connection.configFor(sender());
    }

    @Override
    public List<Recipient> recipients() {
        return recipients.stream().filter(one -> one.verdict().isEmpty()).toList();
    }

    /** Whether there is a parameter {@code PRDR}, and several recipients. */
    @Override
    public boolean isAnsweredEach() {
        return parameters.containsKey("prdr") && recipients.size() > 1;
    }

    /** Has {@link #isQueued} say that the queue has taken the message. */
    public FakeTransaction withQueued() {
        isQueued = true;
        return this;
    }

    @Override
    public boolean isQueued() {
        return isQueued;
    }

    @Override
    public List<Recipient> settledRecipients() {
        return recipients.stream().filter(one -> one.verdict().isPresent()).toList();
    }

    @Override
    public FakeRecipient addRecipient(Address address) {
        return addRecipient(address, Parameters.NONE);
    }

    @Override
    public FakeRecipient addRecipient(Address address, Parameters given) {
        FakeRecipient recipient =
                FakeRecipient.of(address).withConfig(connection.configFor(address));
        given.values().forEach(recipient::withParameter);
        recipients.add(recipient);
        return recipient;
    }

    @Override
    public void removeRecipient(Recipient recipient) {
        recipients.remove(recipient);
    }

    @Override
    public Notes notes() {
        return notes;
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public Lifetime lifetime() {
        return lifetime;
    }

    /** Sets how long ago MAIL came; no time at all otherwise. */
    public FakeTransaction withAge(Duration since) {
        age = since;
        return this;
    }

    @Override
    public Duration age() {
        return age;
    }

    /** Ends the transaction, and with it what plugins keep of it. */
    public void end() {
        notes.clear();
        lifetime.end();
    }

    @Override
    public void quarantine(String reason) {
        quarantine.add(reason);
    }

    @Override
    public List<String> quarantineReasons() {
        return List.copyOf(quarantine);
    }

    @Override
    public MessageBody body() {
        return body;
    }

    /** Ends the following of bodies after so many octets; the whole is followed otherwise. */
    public FakeTransaction withFollowed(int octets) {
        followed = octets;
        return this;
    }

    /** Gives the whole body at once. */
    @Override
    public void followBody(BodyFollower follower) {
        byte[] octets = body.open().readAllBytes();
        int start = (int) body.bodyStart() + EMPTY_LINE;
        int count = Math.min(followed, octets.length - start);
        if (count > 0) {
            follower.take(octets, start, count);
        }
    }

    @Override
    public List<AuthenticationResult> authenticationResults() {
        return connection.results();
    }

    @Override
    public void replaceBody(BodyWriter writer) throws IOException {
        StoredBody former = StoredBody.of(body.open().readAllBytes(), NO_SPOOL);
        BodySink.Limits limits =
                new BodySink.Limits(
                        bodyType() == BodyType.BINARY_MIME, maxOctets, Integer.MAX_VALUE);
        use(BodySink.replace(former, NO_SPOOL, limits, writer));
    }

    @Override
    public long messageSize() {
        return queued().length;
    }

    @Override
    public void writeMessageTo(OutputStream out) throws IOException {
        byte[] queued = queued();
        if (unreadable) {
            out.write(queued, 0, queued.length / 2);
            throw new IOException("the spool file is gone");
        }
        out.write(queued);
    }

    @Override
    public Path temporaryFile() throws IOException {
        return Files.createTempFile(spool.path(), "file", "");
    }

    @Override
    public Path temporaryDirectory() throws IOException {
        return Files.createTempDirectory(spool.path(), "directory");
    }

    private byte[] queued() {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        try {
            headers.writeTo(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] rest = body.openBody().readAllBytes();
        message.writeBytes(rest.length == 0 ? new byte[] {'\r', '\n'} : rest);
        return message.toByteArray();
    }
}
