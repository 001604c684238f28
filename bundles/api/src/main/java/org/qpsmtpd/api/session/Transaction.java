package org.qpsmtpd.api.session;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;

/**
 * One message on its way in: envelope, header and body. A new one replaces it at MAIL, RSET, a
 * second EHLO, and after each message.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/Transaction.pm}.
 */
@ProviderType
public interface Transaction {
    /**
     * Identifies the message in the log and in the Received field; letters, digits and {@code -}.
     */
    String id();

    /** The connection it came by. */
    Connection connection();

    /** Whether a MAIL command was accepted. */
    boolean hasSender();

    /** The sender; the null sender also before MAIL. */
    Address sender();

    /** Replaces the sender. */
    void setSender(Address sender);

    /**
     * Replaces the sender and the parameters of its command. What they say about the message
     * itself, such as {@link #bodyType}, stays as it is.
     *
     * @param parameters all of them; not checked
     */
    void setSender(Address sender, Parameters parameters);

    /** The parameters of the MAIL command. */
    Parameters mailParameters();

    /** What the client declared the body to be. */
    BodyType bodyType();

    /** Whether the client gave SMTPUTF8: addresses and header may be UTF-8 (RFC 6531). */
    boolean smtpUtf8();

    /** The configuration with the sender's own values first (hook {@code user_config}). */
    Config senderConfig();

    /** The accepted recipients in order, without those that have a verdict of their own; a copy. */
    List<Recipient> recipients();

    /** The recipients that have a {@link Recipient#verdict}, in the order of RCPT; a copy. */
    List<Recipient> settledRecipients();

    /** Adds a recipient that no RCPT command named. */
    default Recipient addRecipient(Address address) {
        return addRecipient(address, Parameters.NONE);
    }

    /**
     * Whether the client reads a reply for each recipient (PRDR with several recipients, LMTP), so
     * that it is told of each {@link Recipient#settle verdict}, and brings the message again for
     * those alone that were refused for now. Not when plugins have added recipients: of these the
     * client is not told.
     */
    boolean isAnsweredEach();

    /**
     * Adds a recipient that no RCPT command named.
     *
     * @param parameters such as a command would have them, {@code NOTIFY} and {@code ORCPT}; not
     *     checked
     */
    Recipient addRecipient(Address address, Parameters parameters);

    /** Removes a recipient; nothing happens when it is not there. */
    void removeRecipient(Recipient recipient);

    /** The notes of the transaction. */
    Notes notes();

    /**
     * Whether filters should leave the message alone: its client is immune, or its sender is
     * whitelisted. Says nothing about which recipients are ours.
     */
    default boolean isImmune() {
        return connection().isImmune() || notes().has(NoteKey.WHITELIST_SENDER);
    }

    /** How long it lasts; what {@link PluginState} asks. */
    Lifetime lifetime();

    /** How long ago it began, which is when MAIL came. */
    Duration age();

    /**
     * Says that the message is suspicious, and should be put where somebody looks at it. The server
     * writes the reason into the log and the record of the session, and goes on: what is done about
     * it is the matter of queue plugins, which ask {@link #quarantineReasons}. One that does not
     * ask delivers as always.
     *
     * @param reason one line for an administrator; at most 300 characters are kept, and of one
     *     message the first 20 reasons
     */
    void quarantine(String reason);

    /** Why the message should be kept apart, in the order it was said; empty when it need not. */
    List<String> quarantineReasons();

    /** The header; empty until it has been received completely. */
    Headers headers();

    /** The message as received, or with its new body; empty until DATA or BDAT. */
    MessageBody body();

    /**
     * Gives a plugin the body while it arrives, so that nobody has to read it again: what follows
     * the empty line after the header, as received, from its first octet on. To be called within
     * {@code data_headers_end}.
     *
     * <p>What a follower throws ends its following, and a body may end early. Whoever needs all of
     * it compares what came with what {@link MessageBody#size} says in {@code data_post_headers},
     * and reads {@link #body} when that is more.
     *
     * @throws IllegalStateException at any other time
     */
    void followBody(BodyFollower follower);

    /**
     * What the field Authentication-Results of the message will say: what holds for the connection
     * first, then what was added for this message. A copy.
     */
    List<AuthenticationResult> authenticationResults();

    /**
     * Replaces the body: what follows the empty line after the header. The header stays; a field
     * that says something about the body, such as Content-Type, is the plugin's to change. The
     * writer may read the body that is there; when it has returned, {@link #body} and {@link
     * #writeMessageTo} give the new one, and the former file and streams are of no use any more.
     * Waits for the disk when the message is large, so not for a {@code NonBlocking} plugin.
     *
     * @param writer called once, before this returns
     * @throws IOException from the writer; when the message would be larger than {@code databytes}
     *     allows; when a CR or LF stands alone, unless {@link #bodyType} is BINARY_MIME; when the
     *     spool file cannot be written. The body is then as it was before
     * @throws IllegalStateException before the whole message has arrived, and after the queue
     */
    void replaceBody(BodyWriter writer) throws IOException;

    /**
     * Octets of the message as it will be queued: header with all changes, empty line, body; CRLF
     * ends.
     */
    long messageSize();

    /**
     * Writes the message as it is to be queued, with CRLF line ends and no dots added. Closes
     * nothing.
     *
     * @throws IOException from the stream, or when the spool file cannot be read
     */
    void writeMessageTo(OutputStream out) throws IOException;

    /**
     * Whether the queue has taken the message for all recipients without a verdict of their own;
     * false before. The last hook that may ask is {@code queue_post}, and {@code reset_transaction}
     * comes before the client reads the reply.
     */
    boolean isQueued();

    /**
     * A new empty file in the spool directory, readable by the server's user only, deleted when the
     * transaction ends.
     */
    Path temporaryFile() throws IOException;

    /**
     * A new empty directory in the spool directory, deleted with its contents when the transaction
     * ends.
     */
    Path temporaryDirectory() throws IOException;
}
