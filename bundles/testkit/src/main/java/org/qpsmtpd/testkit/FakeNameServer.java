package org.qpsmtpd.testkit;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsType;

/**
 * A real name server of the test's own, over UDP and TCP on a port of 127.0.0.1. It answers what
 * the test told it, at once; other names do not exist. What is too long for the client's datagrams
 * is truncated. The methods that begin with {@code with} set it up and return it; all may be called
 * while it runs, and from any thread.
 */
public final class FakeNameServer implements AutoCloseable {
    private static final int TRIES = 20;
    private static final int MOST_OCTETS = 65_535;
    private static final int RECEIVE_BUFFER = 1 << 22;
    private static final int SECONDS_FOR_A_QUERY = 30;
    private static final int MOST_QUESTIONS_KEPT = 100_000;

    private final FakeZones zones = new FakeZones();
    private final Queue<String> questions = new ConcurrentLinkedQueue<>();
    private final AtomicLong asked = new AtomicLong();
    private final ScheduledExecutorService later =
            Executors.newSingleThreadScheduledExecutor(FakeNameServer::thread);
    private final ExecutorService threads = Executors.newCachedThreadPool(FakeNameServer::thread);
    private final DatagramChannel datagrams;
    private final ServerSocket connections;
    private volatile Script script = query -> List.of(answer(query));
    private volatile Duration delay = Duration.ZERO;

    /** A query as it came. */
    public static final class Query {
        private final byte[] message;
        private final SocketAddress client;
        private final boolean isTcp;

        private Query(byte[] message, SocketAddress client, boolean isTcp) {
            this.message = message;
            this.client = client;
            this.isTcp = isTcp;
        }

        /** The octets, without the two of length that there are over TCP. */
        public byte[] message() {
            return message.clone();
        }

        /** Where it came from. */
        public SocketAddress client() {
            return client;
        }

        /** Whether it came over TCP. */
        public boolean isTcp() {
            return isTcp;
        }
    }

    /** What is answered to a query: messages, one after the other; none for silence. */
    @FunctionalInterface
    public interface Script {
        /** Returns whole messages with the query's id, or whatever the client shall get. */
        List<byte[]> answers(Query query) throws IOException;
    }

    private FakeNameServer(DatagramChannel datagrams, ServerSocket connections) {
        this.datagrams = datagrams;
        this.connections = connections;
    }

    /** Starts one on a free port. */
    public static FakeNameServer start() throws IOException {
        InetAddress here = Network.parseAddress("127.0.0.1");
        for (int i = 0; i < TRIES; i++) {
            DatagramChannel datagrams = DatagramChannel.open();
            try {
                datagrams.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
                datagrams.bind(new InetSocketAddress(here, 0));
                int port = ((InetSocketAddress) datagrams.getLocalAddress()).getPort();
                FakeNameServer server =
                        new FakeNameServer(datagrams, new ServerSocket(port, 50, here));
                server.threads.execute(server::serveDatagrams);
                server.threads.execute(server::serveConnections);
                return server;
            } catch (BindException e) {
                datagrams.close(); // the port is another's over TCP
            }
        }
        throw new BindException("no port is free for UDP and TCP both");
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "fake-name-server");
        thread.setDaemon(true);
        return thread;
    }

    /** The port, of UDP and TCP. */
    public int port() {
        return connections.getLocalPort();
    }

    /** Where it is, as a line of {@code config/dns_servers} says it. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /**
     * The name has these records of the type besides those it has already.
     *
     * @param name {@code *.example.org} stands for the names below that have no records of their
     *     own; {@code \DDD} for any octet
     * @param records as a zone file has them, such as {@code 10 mail.example.org}, all names
     *     absolute; of TXT the text itself, a character for each octet, which is cut into strings
     *     of 255
     */
    public FakeNameServer with(DnsType<?> type, String name, String... records) {
        zones.add(name, type, List.of(records));
        return this;
    }

    /** The name's PTR records, by the address. */
    public FakeNameServer withPointers(String ip, String... hosts) {
        return with(DnsType.PTR, FakeZones.pointer(ip), hosts);
    }

    /**
     * Questions for the name have that answer, whatever the type: NO_NAME, NO_DATA, or FAILED,
     * which is SERVFAIL.
     */
    public FakeNameServer with(String name, Status status) {
        zones.fix(name, status);
        return this;
    }

    /** Nothing is known any more. */
    public FakeNameServer withoutRecords() {
        zones.clear();
        return this;
    }

    /** How long records may be kept; an hour without. */
    public FakeNameServer withTtl(int seconds) {
        zones.ttl(seconds);
        return this;
    }

    /**
     * How long "no such name" and "no data" may be kept; an hour without.
     *
     * @param seconds negative for answers that have no SOA record to say so
     */
    public FakeNameServer withNegativeTtl(int seconds) {
        zones.negativeTtl(seconds);
        return this;
    }

    /** Answers say that signatures were checked (AD). */
    public FakeNameServer withAuthenticated(boolean authenticated) {
        zones.authenticated(authenticated);
        return this;
    }

    /** Answers come so much later. */
    public FakeNameServer withDelay(Duration delay) {
        this.delay = delay;
        return this;
    }

    /** Answers nothing at all, until another script is given. */
    public FakeNameServer withSilence() {
        return withScript(query -> List.of());
    }

    /** Answers what it was told again, after silence or a script. */
    public FakeNameServer withoutScript() {
        return withScript(query -> List.of(answer(query)));
    }

    /** Answers what a script says, which may ask {@link #answer} first. */
    public FakeNameServer withScript(Script answers) {
        script = answers;
        return this;
    }

    /** What it would answer without a script. */
    public byte[] answer(Query query) {
        return zones.answer(query.message(), query.isTcp());
    }

    /**
     * Sends a datagram from the server's port.
     *
     * @param client as {@link Query#client}
     */
    public void send(byte[] message, SocketAddress client) throws IOException {
        datagrams.send(ByteBuffer.wrap(message), client);
    }

    /** The questions asked, in order, such as {@code MX example.org}; the first 100,000. */
    public List<String> questions() {
        return List.copyOf(questions);
    }

    /** How many queries came, over UDP and TCP. */
    public long asked() {
        return asked.get();
    }

    @Override
    public void close() throws IOException {
        datagrams.close();
        connections.close();
        later.shutdownNow();
        threads.shutdownNow();
    }

    private void serveDatagrams() {
        ByteBuffer buffer = ByteBuffer.allocate(MOST_OCTETS);
        while (datagrams.isOpen()) {
            try {
                SocketAddress client = datagrams.receive(buffer.clear());
                byte[] message = new byte[buffer.flip().remaining()];
                buffer.get(message);
                soon(() -> answerDatagram(new Query(message, client, false)));
            } catch (IOException | IllegalArgumentException e) {
                // closed, or no query: the next one is read
            }
        }
    }

    private void answerDatagram(Query query) {
        try {
            note(query);
            for (byte[] answer : script.answers(query)) {
                send(answer, query.client());
            }
        } catch (IOException | IllegalArgumentException e) {
            // closed, or no query: there is no answer
        }
    }

    private void note(Query query) {
        String question = FakeZones.question(query.message());
        if (asked.incrementAndGet() <= MOST_QUESTIONS_KEPT) {
            questions.add(question);
        }
    }

    private void soon(Runnable work) {
        Duration wait = delay;
        try {
            if (wait.isZero()) {
                work.run();
            } else {
                var unused = later.schedule(work, wait.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (RejectedExecutionException e) {
            // closed
        }
    }

    private void serveConnections() {
        while (!connections.isClosed()) {
            try {
                Socket socket = connections.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException | RejectedExecutionException e) {
                // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS_FOR_A_QUERY));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                byte[] message = in.readNBytes(in.readUnsignedShort());
                Query query = new Query(message, socket.getRemoteSocketAddress(), true);
                soon(() -> answer(query, out));
            }
        } catch (IOException | UncheckedIOException e) {
            // the client has closed
        }
    }

    private void answer(Query query, DataOutputStream out) {
        try {
            note(query);
            for (byte[] answer : script.answers(query)) {
                ByteBuffer framed = ByteBuffer.allocate(answer.length + 2);
                framed.putShort((short) answer.length).put(answer);
                out.write(framed.array());
                out.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
