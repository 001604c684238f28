package org.qpsmtpd.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A server on 127.0.0.1 that answers what the test says, else what a server answers that takes
 * everything. It does not check the order of commands.
 */
public final class ScriptedHop implements AutoCloseable {
    /** At the end of an answer: closes the connection after what stands before. */
    public static final String DROP = "<drop>";

    /** At the end of an answer: says no more and reads no more after what stands before. */
    public static final String SILENT = "<silent>";

    /** At the end of an answer: sends it only together with the next one. */
    public static final String HOLD = "<hold>";

    private final ServerSocket listener;
    private final List<String> offers;
    private final Map<String, Deque<String>> answers = new ConcurrentHashMap<>();
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> quits = new LinkedBlockingQueue<>();
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch deaf = new CountDownLatch(1);
    private volatile @Nullable SSLContext tls;

    private ScriptedHop(List<String> offers) throws IOException {
        this.offers = offers;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** A server with these lines in its reply to EHLO. */
    public static ScriptedHop offering(String... offers) throws IOException {
        return new ScriptedHop(List.of(offers));
    }

    /**
     * What to answer, one after another and then as usual.
     *
     * @param to a verb in upper case, {@code greeting}, or {@code .} for the end of the message
     */
    public ScriptedHop answering(String to, String... with) {
        answers.computeIfAbsent(to, k -> new ArrayDeque<>()).addAll(List.of(with));
        return this;
    }

    /** Has STARTTLS begin TLS with that context. */
    public ScriptedHop withTls(SSLContext context) {
        tls = context;
        return this;
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections there were. */
    public int connections() {
        return connections.get();
    }

    /** All commands received, except QUIT; those under TLS with {@code tls } before them. */
    public List<String> commands() {
        return List.copyOf(commands);
    }

    /** The messages as they came over the wire, up to CRLF . CRLF, an octet a character. */
    public List<String> messages() {
        return List.copyOf(messages);
    }

    /** Whether a QUIT comes within ten seconds; each is given once. */
    public boolean awaitQuit() throws InterruptedException {
        return quits.poll(10, TimeUnit.SECONDS) != null;
    }

    /** Nobody can connect any more when this returns. */
    @Override
    public void close() throws IOException {
        over.countDown();
        listener.close();
        try {
            deaf.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                connections.incrementAndGet();
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test is over.
        } finally {
            deaf.countDown();
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            new Session(socket).run();
        } catch (IOException e) {
            // The client went away, which the test may have wanted.
        }
    }

    private String next(String to, String usual) {
        Deque<String> scripted = answers.get(to);
        if (scripted == null) {
            return usual;
        }
        synchronized (scripted) {
            String answer = scripted.poll();
            return answer == null ? usual : answer;
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "scripted hop");
        thread.setDaemon(true);
        thread.start();
    }

    private final class Session {
        private final Socket socket;
        private InputStream in;
        private OutputStream out;
        private final StringBuilder chunks = new StringBuilder();
        private String mark = "";
        private String held = "";
        private int recipients;

        Session(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        void run() throws IOException {
            boolean more = answer(next("greeting", "220 hop.example ESMTP"));
            while (more) {
                more = command(readTo("\r\n"));
            }
        }

        private boolean command(String line) throws IOException {
            int end = line.indexOf(' ');
            String verb = (end < 0 ? line : line.substring(0, end)).toUpperCase(Locale.ROOT);
            if (verb.equals("QUIT")) {
                quits.add(mark + line);
                return false;
            }
            commands.add(mark + line);
            if (verb.equals("BDAT")) {
                return chunk(line);
            }
            String answer = next(verb, usual(verb));
            if (verb.equals("MAIL") || verb.equals("RSET")) {
                recipients = 0;
            }
            recipients += verb.equals("RCPT") && answer.startsWith("2") ? 1 : 0;
            boolean more = answer(answer);
            if (more && verb.equals("DATA") && answer.startsWith("354")) {
                return message();
            }
            SSLContext context = tls;
            if (more && verb.equals("STARTTLS") && answer.startsWith("220") && context != null) {
                secure(context);
            }
            return more;
        }

        /**
         * A server that answers BDAT with 500 to 509 does not know it, and reads on for commands.
         */
        private boolean chunk(String line) throws IOException {
            String answer = next("BDAT", "");
            if (answer.startsWith("50")) {
                return answer(answer);
            }
            boolean last = line.endsWith(" LAST");
            byte[] octets = in.readNBytes(Integer.parseInt(line.split(" ", -1)[1]));
            chunks.append(new String(octets, StandardCharsets.ISO_8859_1));
            if (last) {
                messages.add(chunks.toString());
                chunks.setLength(0);
            }
            String usual = last ? endOfMessage() : usual("BDAT");
            return answer(answer.isEmpty() ? usual : answer);
        }

        private String endOfMessage() {
            return next(".", "250 2.0.0 Ok: queued as Q" + messages.size());
        }

        private String usual(String verb) {
            return switch (verb) {
                case "EHLO", "LHLO" -> ehlo();
                case "DATA" -> recipients > 0 ? "354 go on" : "554 5.5.1 no valid recipients";
                case "STARTTLS", "XCLIENT" -> "220 ready";
                default -> "250 2.0.0 Ok";
            };
        }

        private String ehlo() {
            StringBuilder reply = new StringBuilder("250-hop.example\r\n");
            for (String line : offers) {
                if (mark.isEmpty() || !line.equals("STARTTLS")) {
                    reply.append("250-").append(line).append("\r\n");
                }
            }
            return reply.append("250 HELP").toString();
        }

        private boolean message() throws IOException {
            String lines = readTo("\r\n.\r\n", "\r\n"); // that of DATA counts
            if (!lines.isEmpty()) {
                messages.add(lines.substring(2) + "\r\n");
            }
            return answer(endOfMessage());
        }

        private void secure(SSLContext context) throws IOException {
            SSLSocket secured =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
            secured.startHandshake();
            in = new BufferedInputStream(secured.getInputStream());
            out = secured.getOutputStream();
            mark = "tls ";
        }

        private boolean answer(String text) throws IOException {
            if (text.endsWith(HOLD)) {
                held += text.substring(0, text.length() - HOLD.length()) + "\r\n";
                return true;
            }
            boolean drop = text.endsWith(DROP);
            boolean silent = text.endsWith(SILENT);
            int marker = drop ? DROP.length() : silent ? SILENT.length() : 0;
            String plain = text.substring(0, text.length() - marker);
            String all = held + plain + (plain.isEmpty() ? "" : "\r\n");
            held = "";
            out.write(all.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            if (drop && mark.isEmpty()) {
                // The answer arrives only when nothing of the client's is left unread.
                socket.shutdownOutput();
                in.transferTo(OutputStream.nullOutputStream());
            }
            if (silent) {
                awaitEnd();
            }
            return !drop && !silent;
        }

        private void awaitEnd() {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private String readTo(String end) throws IOException {
            return readTo(end, "");
        }

        /** What was read before, and octets up to a mark, which is left out. */
        private String readTo(String end, String before) throws IOException {
            StringBuilder text = new StringBuilder(before);
            while (true) {
                int octet = in.read();
                if (octet < 0) {
                    throw new IOException("closed by the client");
                }
                text.append((char) octet);
                int begin = text.length() - end.length();
                if (octet == '\n' && begin >= 0 && text.indexOf(end, begin) == begin) {
                    text.setLength(begin);
                    return text.toString();
                }
            }
        }
    }
}
