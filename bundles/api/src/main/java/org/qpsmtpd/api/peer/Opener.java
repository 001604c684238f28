package org.qpsmtpd.api.peer;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ConsumerType;

/** Opens octets to be read from their start. */
@ConsumerType
@FunctionalInterface
public interface Opener {
    /** Opens them; the caller closes the stream. */
    InputStream open() throws IOException;
}
