package org.qpsmtpd.api.session;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
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

    /** The parameters of the MAIL command. */
    Parameters mailParameters();

    /** What the client declared the body to be. */
    BodyType bodyType();

    /** Whether the client gave SMTPUTF8: addresses and header may be UTF-8 (RFC 6531). */
    boolean smtpUtf8();

    /** The configuration with the sender's own values first (hook {@code user_config}). */
    Config senderConfig();

    /** The accepted recipients in order; a copy. */
    List<Recipient> recipients();

    /** Adds a recipient that no RCPT command named. */
    Recipient addRecipient(Address address);

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

    /** The header; empty until it has been received completely. */
    Headers headers();

    /** The message as received; empty until DATA or BDAT. */
    MessageBody body();

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
