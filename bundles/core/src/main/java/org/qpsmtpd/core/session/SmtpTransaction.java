package org.qpsmtpd.core.session;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.MessageBody;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.core.message.HeaderBlock;
import org.qpsmtpd.core.message.Spool;
import org.qpsmtpd.core.message.StoredBody;

/** One message on its way in. */
final class SmtpTransaction implements Transaction {
    private static final byte[] NO_HEADER = {};

    /** The objects of an address, its notes and its place in a list, about. */
    private static final int ADDRESS_OCTETS = 256;

    private static final int PARAMETER_OCTETS = 96;

    /** Results of authentication beyond are left out: no honest message has as many. */
    private static final int MOST_RESULTS = 16 * 1024;

    /** Up to so much an envelope may take though the memory of all is spent. */
    private static final int FAIR_SHARE = 16 * 1024;

    private final String id;
    private final Connection connection;
    private final LookUps lookUps;
    private final Spool spool;
    private final NoteMap notes = new NoteMap();
    private final List<Recipient> recipients = new ArrayList<>(2);
    private @Nullable Address sender;
    private Parameters mailParameters = Parameters.NONE;
    private BodyType bodyType = BodyType.SEVEN_BIT;
    private boolean smtpUtf8;
    private boolean begun;
    private boolean messageBegun;
    private long envelopeOctets;
    private @Nullable HeaderBlock headers;
    private @Nullable StoredBody body;
    private @Nullable List<Path> temporary;
    private String authenticationResults = "";

    SmtpTransaction(String id, Connection connection, LookUps lookUps, Spool spool) {
        this.id = id;
        this.connection = connection;
        this.lookUps = lookUps;
        this.spool = spool;
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
        envelopeOctets += weight(newSender, Parameters.NONE);
    }

    @Override
    public Parameters mailParameters() {
        return mailParameters;
    }

    void setMailParameters(Parameters parameters, BodyType type, boolean utf8) {
        mailParameters = parameters;
        envelopeOctets += weight(Address.NULL, parameters);
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
        return List.copyOf(recipients);
    }

    int recipientCount() {
        return recipients.size();
    }

    void add(Recipient recipient) {
        recipients.add(recipient);
        envelopeOctets += weight(recipient.address(), recipient.parameters());
    }

    @Override
    public Recipient addRecipient(Address address) {
        Recipient recipient = new SmtpRecipient(address, Parameters.NONE, lookUps);
        add(recipient);
        return recipient;
    }

    @Override
    public void removeRecipient(Recipient recipient) {
        if (recipients.remove(recipient)) {
            envelopeOctets -= weight(recipient.address(), recipient.parameters());
        }
    }

    /** About how much memory the envelope takes, characters of two octets each. */
    private static long weight(Address address, Parameters parameters) {
        long characters = (long) address.user().length() + address.host().length();
        for (Map.Entry<String, String> parameter : parameters.values().entrySet()) {
            characters += parameter.getKey().length() + parameter.getValue().length();
        }
        return ADDRESS_OCTETS
                + 2 * characters
                + (long) PARAMETER_OCTETS * parameters.values().size();
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
                + authenticationResults.length()
                + (block == null ? 0 : block.held())
                + (stored == null ? 0 : stored.held());
    }

    @Override
    public Notes notes() {
        return notes;
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

    /** Says that a MAIL command is about it. */
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
        return remember(spool.newFile());
    }

    @Override
    public Path temporaryDirectory() throws IOException {
        return remember(spool.newDirectory());
    }

    private Path remember(Path path) {
        List<Path> paths = temporary;
        if (paths == null) {
            paths = new ArrayList<>(2);
            temporary = paths;
        }
        paths.add(path);
        return path;
    }

    void addAuthenticationResult(String result) {
        if (authenticationResults.length() + result.length() <= MOST_RESULTS) {
            authenticationResults += "; " + result;
        }
    }

    /** Results gathered for this message, each with {@code "; "} before it. */
    String authenticationResults() {
        return authenticationResults;
    }

    /** Whether there are files to delete, which waits for the disk. */
    boolean hasFiles() {
        StoredBody stored = body;
        return temporary != null || (stored != null && !stored.inMemory());
    }

    /** Lets go of the memory of the message; its files stay until {@link #discard}. */
    void forget() {
        StoredBody stored = body;
        if (stored != null) {
            stored.forgetAll();
        }
    }

    /** Deletes the spool file and plugins' temporary files. */
    void discard() throws IOException {
        if (body != null) {
            body.discard();
        }
        List<Path> paths = temporary;
        if (paths != null) {
            for (Path path : paths) {
                Spool.delete(path);
            }
        }
    }
}
