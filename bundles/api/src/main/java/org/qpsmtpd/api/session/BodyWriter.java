package org.qpsmtpd.api.session;

import org.osgi.annotation.versioning.ConsumerType;

import java.io.IOException;
import java.io.OutputStream;

/** Writes a new body of a message, octet by octet as it is to be queued. */
@ConsumerType
@FunctionalInterface
public interface BodyWriter {
    /**
     * Writes the body.
     *
     * @param out takes what follows the empty line after the header, with CRLF line ends and no
     *     dots added; need not be closed
     * @throws IOException from the stream, which also ends what is too large
     */
    void writeTo(OutputStream out) throws IOException;
}
