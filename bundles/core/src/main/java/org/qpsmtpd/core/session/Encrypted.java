package org.qpsmtpd.core.session;

import javax.net.ssl.SSLSession;
import org.qpsmtpd.api.session.TlsInfo;

/**
 * An encrypted connection.
 *
 * @param agreed what was agreed, as plugins see it
 * @param session the JDK's own, for what authentication is bound to
 */
record Encrypted(TlsInfo agreed, SSLSession session) {}
