package org.qpsmtpd.api.service;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes messages apart (RFC 2045, 2046) while they are read: nothing but a header is in memory.
 * What breaks the rules is read as mail readers do; how deep parts are nested and how many there
 * are is limited, so that the time is linear in the size of the message.
 */
@ProviderType
public interface MimeReader {
    /** Is shown the parts of a message. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Looks at a part.
         *
         * @param part to be used during this call only
         * @return false to see no more of them
         * @throws IOException what reading the part's content threw
         */
        boolean visit(MimePart part) throws IOException;
    }

    /**
     * Shows the parts of a message in the order in which they stand, one that holds others before
     * those. A message that an attachment holds is taken apart, too.
     *
     * @param message with its header; read as far as the visitor wants, not closed
     * @return why parts may be missing, in a sentence; empty when all were shown, or the visitor
     *     wanted no more
     * @throws IOException when the message cannot be read
     */
    Optional<String> read(InputStream message, Visitor visitor) throws IOException;
}
