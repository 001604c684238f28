package org.qpsmtpd.testkit;

import org.qpsmtpd.core.listener.Listener;

/** What the engine's own tests see of a {@link TestServer} besides what everybody does. */
public final class Inside {
    private Inside() {}

    /** The server's listener. */
    public static Listener listener(TestServer server) {
        return server.listener();
    }
}
