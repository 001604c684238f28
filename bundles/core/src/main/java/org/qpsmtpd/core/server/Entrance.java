package org.qpsmtpd.core.server;

import java.io.IOException;

/** Where the connections of a server come from. */
interface Entrance {
    /** Hands over sockets or a connection; the plugins are there. */
    void open(SmtpServer server) throws IOException;

    /** The server serves, and its administrator can reach it. */
    void opened(SmtpServer server);
}
