package org.qpsmtpd.api.session;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The message as it was received: header and body with CRLF line ends, dots of the transfer
 * removed, an empty line put between header and body where none was; or that header with the body
 * of {@link Transaction#replaceBody}. Kept in memory up to {@code size_threshold} octets, and
 * without that file while memory is plenty, else in a spool file that only the server's user can
 * read. Gone when the transaction ends.
 */
@ProviderType
public interface MessageBody {
    /** Octets of it, CRLF counted as two. */
    long size();

    /** Where the body begins, counted in octets from the start: the empty line after the header. */
    long bodyStart();

    /** Whether it is in memory. */
    boolean inMemory();

    /** Reads the whole message from its start. The caller closes the stream. */
    InputStream open() throws IOException;

    /** Reads from {@link #bodyStart()} on, the empty line first. The caller closes the stream. */
    InputStream openBody() throws IOException;

    /**
     * The spool file, made when the message is still in memory. Not to be changed.
     *
     * @throws IOException when the spool directory cannot be written
     */
    Path file() throws IOException;
}
