package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Several clients that run sessions, one after the other, until the time of a round is over. */
final class Load {
    private static final long GRACE_SECONDS = 40;
    private static final int MOST_FAILURES_PER_CLIENT = 20;

    private final Work work;
    private final int port;
    private final boolean tellVisitors;
    private final boolean speaksHttp;
    private final Message message;

    Load(Work work, Server server, Message message) {
        this.work = work;
        port = server.port();
        tellVisitors = server.product().isToldVisitors();
        speaksHttp = server.product().speaksHttp();
        this.message = message;
    }

    /** What one round did. */
    record Result(
            long sessions, long messages, double seconds, long[] latencies, Failures failures) {
        /** Messages, or sessions where a session carries none. */
        long units() {
            return messages > 0 ? messages : sessions;
        }

        /** The latency in milliseconds below which the given part of the sessions lies. */
        double quantile(double part) {
            if (latencies.length == 0) {
                return Double.NaN;
            }
            int index = (int) Math.ceil(part * latencies.length) - 1;
            return latencies[Math.max(0, index)] / 1e6;
        }
    }

    /** Runs one round; sessions begun in time are finished and counted. */
    Result run(double seconds) throws InterruptedException {
        long start = System.nanoTime();
        long deadline = start + (long) (seconds * 1e9);
        Failures failures = new Failures();
        CountDownLatch done = new CountDownLatch(work.clients());
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < work.clients(); i++) {
            long begin = start + i * pace() / work.clients();
            Client client = new Client(begin, deadline, failures, done);
            clients.add(client);
            new Thread(client, "client-" + i).start();
        }
        if (!done.await((long) seconds + GRACE_SECONDS, TimeUnit.SECONDS)) {
            for (Client client : clients) {
                client.abort();
            }
            done.await();
        }
        double took = (System.nanoTime() - start) / 1e9;
        return sum(clients, pace() > 0 ? seconds : took, failures);
    }

    private long pace() {
        return TimeUnit.MILLISECONDS.toNanos(work.paceMillis());
    }

    private static Result sum(List<Client> clients, double seconds, Failures failures) {
        long messages = 0;
        int sessions = 0;
        for (Client client : clients) {
            messages += client.messages;
            sessions += client.sessions;
        }
        long[] latencies = new long[sessions];
        int at = 0;
        for (Client client : clients) {
            System.arraycopy(client.latencies, 0, latencies, at, client.sessions);
            at += client.sessions;
        }
        Arrays.sort(latencies);
        return new Result(sessions, messages, seconds, latencies, failures);
    }

    private final class Client implements Runnable {
        private final long deadline;
        private final Failures failures;
        private final CountDownLatch done;
        private long begin;
        private long[] latencies = new long[1024];
        private int sessions;
        private long messages;
        private volatile SocketChannel current;
        private volatile boolean aborted;

        Client(long begin, long deadline, Failures failures, CountDownLatch done) {
            this.begin = begin;
            this.deadline = deadline;
            this.failures = failures;
            this.done = done;
        }

        @Override
        public void run() {
            try {
                int failed = 0;
                while (!aborted
                        && failed < MOST_FAILURES_PER_CLIENT
                        && awaitBegin()) {
                    try {
                        session();
                    } catch (IOException e) {
                        failures.add(e);
                        failed++;
                    }
                }
            } finally {
                done.countDown();
            }
        }

        /** Waits for the begin of the next session; false when it is too late for one. */
        private boolean awaitBegin() {
            long wait = begin - System.nanoTime();
            if (pace() > 0 && wait > 0) {
                LockSupport.parkNanos(wait);
            }
            begin = Math.max(begin + pace(), System.nanoTime());
            return System.nanoTime() < deadline;
        }

        void abort() {
            aborted = true;
            SocketChannel channel = current;
            if (channel != null) {
                try {
                    channel.close();
                } catch (IOException e) {
                    failures.add(e);
                }
            }
        }

        private void session() throws IOException {
            long start = System.nanoTime();
            current = SocketChannel.open();
            if (speaksHttp) {
                ask();
                record(System.nanoTime() - start);
                return;
            }
            try (SmtpConnection connection = new SmtpConnection(current)) {
                if (work.isOfVisitors()) {
                    visit(connection);
                    record(System.nanoTime() - start);
                    return;
                }
                connection.connect(port);
                if (work.messagesPerSession() > 0) {
                    connection.hello();
                }
                for (int i = 0; i < work.messagesPerSession(); i++) {
                    if (work == Work.PIPELINED) {
                        connection.sendMessagePipelined(message);
                    } else {
                        connection.sendMessage(message);
                    }
                    messages++;
                }
                connection.quit();
                record(System.nanoTime() - start);
            }
        }

        private void visit(SmtpConnection connection) throws IOException {
            Visitor visitor = Visitor.next();
            connection.visit(port, visitor, tellVisitors);
            connection.sendMessage(message, visitor);
            messages++;
            connection.quit();
        }

        private void ask() throws IOException {
            try (SocketChannel channel = current) {
                HttpCheck.run(channel, port, Visitor.next(), message);
                messages++;
            }
        }

        private void record(long nanos) {
            if (sessions == latencies.length) {
                latencies = Arrays.copyOf(latencies, sessions * 2);
            }
            latencies[sessions++] = nanos;
        }
    }
}
