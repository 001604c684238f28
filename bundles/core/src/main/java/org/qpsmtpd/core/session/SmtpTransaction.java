package org.qpsmtpd.core.session;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.connection.Connection;
import org.qpsmtpd.api.connection.Notes;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Headers;
import org.qpsmtpd.api.mail.MessageBody;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.mail.Recipient;
import org.qpsmtpd.api.mail.Transaction;
import org.qpsmtpd.core.message.HeaderBlock;
import org.qpsmtpd.core.message.MemoryBudget;
import org.qpsmtpd.core.message.Spool;
import org.qpsmtpd.core.message.StoredBody;

/** One message on its way in. */
final class SmtpTransaction implements Transaction {
    private static final byte[] NO_HEADER = {};

    private final String id;
    private final Session session;
    private final Spool spool;
    private final MemoryBudget budget;
    private final NoteMap notes = new NoteMap();
    private final List<Recipient> recipients = new ArrayList<>(2);
    private @Nullable Address sender;
    private Parameters mailParameters = Parameters.NONE;
    private BodyType bodyType = BodyType.SEVEN_BIT;
    private boolean smtpUtf8;
    private boolean begun;
    private boolean messageBegun;
    private @Nullable HeaderBlock headers;
    private @Nullable StoredBody body;
    private @Nullable List<Path> temporary;
    private String authenticationResults = "";

    SmtpTransaction(String id, Session session, Spool spool, MemoryBudget budget) {
        this.id = id;
        this.session = session;
        this.spool = spool;
        this.budget = budget;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Connection connection() {
        return session.connection();
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
    }

    @Override
    public Parameters mailParameters() {
        return mailParameters;
    }

    void setMailParameters(Parameters parameters, BodyType type, boolean utf8) {
        mailParameters = parameters;
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
        return session.configFor(sender());
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
    }

    @Override
    public Recipient addRecipient(Address address) {
        Recipient recipient = new SmtpRecipient(address, Parameters.NONE, session);
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
            known = new StoredBody(spool, budget);
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
        authenticationResults += "; " + result;
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
