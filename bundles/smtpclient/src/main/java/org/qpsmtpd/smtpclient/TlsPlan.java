package org.qpsmtpd.smtpclient;

import javax.net.ssl.SSLSocketFactory;

/**
 * How much of TLS there is to be on one connection.
 *
 * @param isWanted whether to begin it where it is offered
 * @param isRequired whether nothing goes without
 * @param isVerified whether the next hop is known to be the right one then
 * @param sockets makes the sockets, and judges certificates
 */
record TlsPlan(boolean isWanted, boolean isRequired, boolean isVerified, SSLSocketFactory sockets) {
    /** What the setting says. */
    static TlsPlan of(NextHop hop) {
        TlsMode mode = hop.tls();
        return new TlsPlan(
                mode != TlsMode.NONE, mode.isRequired(), mode == TlsMode.VERIFY, hop.sockets());
    }

    /** The same without TLS. */
    TlsPlan inClear() {
        return new TlsPlan(false, false, false, sockets);
    }
}
