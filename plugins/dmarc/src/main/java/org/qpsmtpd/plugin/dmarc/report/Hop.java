package org.qpsmtpd.plugin.dmarc.report;

import java.io.IOException;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.smtpclient.HopAnswer;

/** Who takes reports to send them on. */
interface Hop extends AutoCloseable {
    /**
     * Hands a mail on. Waits for it.
     *
     * @param message with CRLF
     */
    HopAnswer send(Address sender, Address recipient, byte[] message) throws IOException;

    @Override
    void close();
}
