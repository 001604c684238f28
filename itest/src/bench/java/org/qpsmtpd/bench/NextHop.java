package org.qpsmtpd.bench;

/** Where servers hand messages on to. */
final class NextHop {
    private static volatile int port;

    private NextHop() {}

    static void isAt(int portOfRun) {
        port = portOfRun;
    }

    static int port() {
        return port;
    }
}
