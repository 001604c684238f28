package org.qpsmtpd.core.session;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.BodyFollower;
import org.qpsmtpd.api.session.BodyWriter;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.Lifetime;
import org.qpsmtpd.api.session.MessageBody;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.core.message.BodySink;
import org.qpsmtpd.core.message.HeaderBlock;
import org.qpsmtpd.core.message.Spool;
import org.qpsmtpd.core.message.StoredBody;

/** One message on its way in. */
final class SmtpTransaction implements Transaction {
    private static final byte[] NO_HEADER = {};

    /** Up to so much an envelope may take though the memory of all is spent. */
    private static final int FAIR_SHARE = 16 * 1024;

    private final String id;
    private final Connection connection;
    private final boolean lmtp;
    private final LookUps lookUps;
    private final Spool spool;
    private final long since = System.nanoTime();
    private final NoteMap notes = new NoteMap();
    private final RecipientList recipients = new RecipientList();
    private final Opinions opinions;
    private @Nullable Address sender;
    private Parameters mailParameters = Parameters.NONE;
    private BodyType bodyType = BodyType.SEVEN_BIT;
    private boolean smtpUtf8;
    private boolean prdr;
    private boolean begun;
    private boolean messageBegun;
    private long envelopeOctets;
    private @Nullable HeaderBlock headers;
    private @Nullable StoredBody body;
    private final TemporaryFiles temporary;
    private final Supplier<List<AuthenticationResult>> ofConnection;
    private final AuthenticationResults ownResults = new AuthenticationResults();
    private final BodyFeed bodyFeed = new BodyFeed();
    private @Nullable Lifetime lifetime;
    private long formerOctets;

    /**
     * @param lmtp whether the client reads a reply for each recipient in any case
     * @param log takes what plugins say of it
     */
    SmtpTransaction(
            String id,
            Connection connection,
            Supplier<List<AuthenticationResult>> ofConnection,
            boolean lmtp,
            LookUps lookUps,
            Spool spool,
            BiConsumer<LogLevel, String> log) {
        this.id = id;
        this.connection = connection;
        this.ofConnection = ofConnection;
        this.lmtp = lmtp;
        this.lookUps = lookUps;
        this.spool = spool;
        temporary = new TemporaryFiles(spool);
        this.opinions = new Opinions(log, recipients);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public boolean hasSender() {
        return sender != null;
    }

    @Override
    public Address sender() {
        Address known = sender;
        return known == null ? Address.NULL : known;
    }

    @Override
    public void setSender(Address newSender) {
        sender = newSender;
        envelopeOctets += EnvelopeWeight.of(newSender, Parameters.NONE);
    }

    @Override
    public void setSender(Address newSender, Parameters parameters) {
        setSender(newSender);
        use(parameters);
    }

    private void use(Parameters parameters) {
        mailParameters = parameters;
        envelopeOctets += EnvelopeWeight.of(Address.NULL, parameters);
    }

    @Override
    public Parameters mailParameters() {
        return mailParameters;
    }

    /** Takes those of the client's command. */
    void setMailParameters(Parameters parameters, BodyType type, boolean utf8) {
        use(parameters);
        prdr = parameters.has("prdr");
        bodyType = type;
        smtpUtf8 = utf8;
    }

    @Override
    public BodyType bodyType() {
        return bodyType;
    }

    @Override
    public boolean smtpUtf8() {
        return smtpUtf8;
    }

    @Override
    public Config senderConfig() {
        return lookUps.configFor(sender());
    }

    @Override
    public List<Recipient> recipients() {
        return recipients.open();
    }

    @Override
    public boolean isQueued() {
        return opinions.isQueued();
    }

    @Override
    public List<Recipient> settledRecipients() {
        return recipients.settled();
    }

    /** Takes a recipient that the client named and is told is good. */
    void admit(SmtpRecipient recipient) {
        recipients.admit(recipient);
        joined(recipient);
    }

    @Override
    public Recipient addRecipient(Address address, Parameters parameters) {
        SmtpRecipient recipient = new SmtpRecipient(address, parameters, lookUps);
        recipients.add(recipient);
        joined(recipient);
        return recipient;
    }

    private void joined(SmtpRecipient recipient) {
        recipient.join(opinions);
        envelopeOctets += EnvelopeWeight.of(recipient);
    }

    @Override
    public boolean isAnsweredEach() {
        boolean asked = lmtp || (prdr && recipients.admitted().size() > 1);
        return asked && recipients.areAllNamed();
    }

    /** The recipients with all that is known of them. */
    RecipientList recipientList() {
        return recipients;
    }

    @Override
    public void removeRecipient(Recipient recipient) {
        // One that the client named is kept until it has its reply.
        if (recipients.remove(recipient) && !recipients.admitted().contains(recipient)) {
            envelopeOctets -= EnvelopeWeight.of(recipient);
        }
    }

    /** What plugins say of it once it has arrived. */
    Opinions opinions() {
        return opinions;
    }

    @Override
    public void quarantine(String reason) {
        opinions.quarantine(reason);
    }

    @Override
    public List<String> quarantineReasons() {
        return opinions.quarantineReasons();
    }

    /** Whether the envelope is larger than what anybody may have. */
    boolean isLarge() {
        return envelopeOctets > FAIR_SHARE;
    }

    /** About how much memory it takes, in octets. */
    long held() {
        HeaderBlock block = headers;
        StoredBody stored = body;
        return envelopeOctets
                + ownResults.held()
                + formerOctets
                + (block == null ? 0 : block.held())
                + (stored == null ? 0 : stored.held());
    }

    @Override
    public Notes notes() {
        return notes;
    }

    @Override
    public Lifetime lifetime() {
        Lifetime known = lifetime;
        if (known == null) {
            known = new Lifetime();
            lifetime = known;
        }
        return known;
    }

    @Override
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    @Override
    public Headers headers() {
        return headerBlock();
    }

    HeaderBlock headerBlock() {
        HeaderBlock known = headers;
        return known == null ? new HeaderBlock(NO_HEADER, 0) : known;
    }

    /** Takes the header out of the body that has arrived. */
    void setHeaders(HeaderBlock block) {
        headers = block;
    }

    void begin() {
        begun = true;
    }

    boolean isBegun() {
        return begun;
    }

    /** Says that the client sends the message now, so the envelope is complete. */
    void beginMessage() {
        messageBegun = true;
    }

    boolean isMessageBegun() {
        return messageBegun;
    }

    boolean hasHeaders() {
        return headers != null;
    }

    @Override
    public MessageBody body() {
        return storedBody();
    }

    @Override
    public void replaceBody(BodyWriter writer) throws IOException {
        opinions.require("the body can be replaced from data_post_headers to queue only");
        StoredBody former = storedBody();
        Settings settings = lookUps.settings();
        BodySink.Limits limits =
                new BodySink.Limits(
                        bodyType == BodyType.BINARY_MIME,
                        settings.maxOctets(),
                        lookUps.bodyInMemory());
        StoredBody made = BodySink.replace(former, spool, limits, writer);
        use(made);
        // the header reads the former array on, as long as the message is there
        formerOctets = Math.max(formerOctets, former.held());
        former.discard();
    }

    /** Takes a new body, unless the message is over meanwhile. */
    private synchronized void use(StoredBody made) throws IOException {
        if (opinions.isOver()) {
            made.discard();
            throw new IOException("the message is over");
        }
        body = made;
    }

    StoredBody storedBody() {
        StoredBody known = body;
        if (known == null) {
            known = new StoredBody(spool);
            body = known;
        }
        return known;
    }

    @Override
    public long messageSize() {
        StoredBody stored = storedBody();
        return headerBlock().size() + stored.size() - stored.headerLength();
    }

    @Override
    public void writeMessageTo(OutputStream out) throws IOException {
        headerBlock().writeTo(out);
        storedBody().writeBodyTo(out);
    }

    @Override
    public Path temporaryFile() throws IOException {
        return temporary.file();
    }

    @Override
    public Path temporaryDirectory() throws IOException {
        return temporary.directory();
    }

    @Override
    public List<AuthenticationResult> authenticationResults() {
        return ownResults.behind(ofConnection.get());
    }

    AuthenticationResults ownResults() {
        return ownResults;
    }

    @Override
    public void followBody(BodyFollower follower) {
        bodyFeed.join(follower);
    }

    BodyFeed bodyFeed() {
        return bodyFeed;
    }

    /** Whether there are files to delete, which waits for the disk. */
    boolean hasFiles() {
        return !temporary.isEmpty() || (body != null && !body.inMemory());
    }

    /** Lets go of the memory of the message; its files stay until {@link #discard}. */
    void forget() {
        if (body != null) {
            body.forgetAll();
        }
    }

    private synchronized void over() {
        opinions.end();
        Lifetime known = lifetime;
        if (known != null) {
            known.end();
        }
    }

    /** Deletes the spool file and plugins' temporary files. */
    void discard() throws IOException {
        over();
        if (body != null) {
            body.discard();
        }
        temporary.delete();
    }
}
