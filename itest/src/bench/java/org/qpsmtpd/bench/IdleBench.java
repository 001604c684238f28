package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/** Holds idle sessions at a server and measures its memory and another client's wait. */
final class IdleBench {
    private static final int BESIDE_CONNECTIONS = 10;
    private static final int NOOPS_PER_CONNECTION = 50;
    private static final int BESIDE_LIMIT_SECONDS = 5;
    private static final long SETTLE_MILLIS = 1000;

    private final Server server;
    private final int wanted;

    IdleBench(Server server, int wanted) {
        this.server = server;
        this.wanted = wanted;
    }

    IdleFigures run() throws IOException, InterruptedException {
        Thread.sleep(SETTLE_MILLIS);
        ProcFiles.Memory before = server.memory();
        try (IdleSessions sessions = new IdleSessions(server.port())) {
            sessions.open(wanted);
            Thread.sleep(SETTLE_MILLIS);
            ProcFiles.Memory after = server.memory();
            double[] waits = new double[0];
            String note = "";
            try {
                waits = beside();
            } catch (IOException e) {
                note = "not answered within " + BESIDE_LIMIT_SECONDS + " s";
            }
            Arrays.sort(waits);
            double p99 = waits.length == 0 ? Double.NaN : waits[waits.length * 99 / 100];
            return new IdleFigures(
                    server.product(),
                    sessions.count(),
                    before,
                    after,
                    Statistics.median(waits),
                    p99,
                    note);
        }
    }

    /** Milliseconds of each NOOP. */
    private double[] beside() throws IOException {
        double[] waits = new double[BESIDE_CONNECTIONS * NOOPS_PER_CONNECTION];
        for (int i = 0; i < BESIDE_CONNECTIONS; i++) {
            try (SocketChannel channel = SocketChannel.open()) {
                TimeLimit limit = TimeLimit.on(channel, BESIDE_LIMIT_SECONDS);
                noops(new SmtpConnection(channel), waits, i * NOOPS_PER_CONNECTION);
                limit.cancel();
            }
        }
        return waits;
    }

    private void noops(SmtpConnection connection, double[] waits, int first) throws IOException {
        connection.connect(server.port());
        connection.hello();
        for (int i = first; i < first + NOOPS_PER_CONNECTION; i++) {
            long start = System.nanoTime();
            connection.noop();
            waits[i] = (System.nanoTime() - start) / 1e6;
        }
        connection.quit();
    }
}
