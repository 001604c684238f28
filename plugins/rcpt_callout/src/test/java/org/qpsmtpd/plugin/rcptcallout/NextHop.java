package org.qpsmtpd.plugin.rcptcallout;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A server on a loopback address that answers what the test says, else what a server answers that
 * takes everything.
 */
final class NextHop implements AutoCloseable {
    /** At the end of an answer: closes the connection after what stands before. */
    static final String DROP = "<drop>";

    /** At the end of an answer: no line end follows, and what comes next is not answered. */
    static final String SILENT = "<silent>";

    private static final String GREETING = "greeting";

    private final Thread listening;
    private final ServerSocket listener;
    private final Map<String, Deque<String>> answers = new ConcurrentHashMap<>();
    private final Map<String, String> always = new ConcurrentHashMap<>();
    private final BlockingQueue<String> quits = new LinkedBlockingQueue<>();
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile @Nullable SSLContext tls;

    NextHop() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        always.put(GREETING, "220 hop.test ESMTP");
        always.put("EHLO", "250-hop.test\r\n250 8BITMIME");
        listening = start(this::accept);
    }

    /** What a command that begins so is answered, one after another and then as usual. */
    NextHop answering(String start, String... with) {
        answers.computeIfAbsent(start, k -> new ConcurrentLinkedDeque<>()).addAll(List.of(with));
        return this;
    }

    /** What a command that begins so is always answered. */
    NextHop always(String start, String with) {
        always.put(start, with);
        return this;
    }

    /** Whose RCPT is answered so. */
    NextHop rcpt(String address, String with) {
        return always("RCPT TO:<" + address + ">", with);
    }

    NextHop withTls(SSLContext context) {
        tls = context;
        return always("STARTTLS", "220 go on")
                .always("EHLO", "250-hop.test\r\n250-STARTTLS\r\n250 8BITMIME");
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** Those that begin so; those under TLS have {@code tls } before them. */
    List<String> commands(String start) {
        return commands.stream().filter(line -> line.startsWith(start)).toList();
    }

    /** Whether a QUIT comes within half a minute; each is given once. */
    boolean awaitQuit() throws InterruptedException {
        return quits.poll(30, TimeUnit.SECONDS) != null;
    }

    /** Closes what is connected, as at a restart. */
    void dropAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** Nobody can connect any more when this returns. */
    @Override
    public void close() throws IOException {
        listener.close();
        try {
            listening.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dropAll();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                connections.incrementAndGet();
                var unused = start(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            new Conversation(socket).run();
        } catch (IOException e) {
            // The client went away, which the test may have wanted.
        }
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work, "next hop");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private String answer(String line) {
        for (Map.Entry<String, Deque<String>> entry : answers.entrySet()) {
            String next = line.startsWith(entry.getKey()) ? entry.getValue().poll() : null;
            if (next != null) {
                return next;
            }
        }
        String best = "";
        for (String start : always.keySet()) {
            best = line.startsWith(start) && start.length() > best.length() ? start : best;
        }
        return always.getOrDefault(best, "250 2.0.0 Ok");
    }

    private final class Conversation {
        private final Socket socket;
        private InputStream in;
        private OutputStream out;
        private String mark = "";

        Conversation(Socket socket) throws IOException {
            this.socket = socket;
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        void run() throws IOException {
            boolean goesOn = say(answer(GREETING));
            while (goesOn) {
                String line = read();
                if (line.equals("QUIT")) {
                    quits.add(mark + line);
                    return;
                }
                commands.add(mark + line);
                goesOn = say(answer(line));
                SSLContext context = tls;
                if (goesOn && line.equals("STARTTLS") && context != null) {
                    secure(context);
                }
            }
        }

        private void secure(SSLContext context) throws IOException {
            SSLSocket secured =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
            secured.startHandshake();
            in = new BufferedInputStream(secured.getInputStream());
            out = secured.getOutputStream();
            mark = "tls ";
        }

        private boolean say(String text) throws IOException {
            boolean drop = text.endsWith(DROP);
            boolean silent = text.endsWith(SILENT);
            int marker = drop ? DROP.length() : silent ? SILENT.length() : 0;
            String plain = text.substring(0, text.length() - marker);
            String end = marker > 0 && (plain.isEmpty() || silent) ? "" : "\r\n";
            out.write((plain + end).getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            if (silent || drop) {
                // The answer arrives only when nothing of the client's is left unread.
                if (drop) {
                    socket.shutdownOutput();
                }
                in.transferTo(OutputStream.nullOutputStream());
            }
            return marker == 0;
        }

        private String read() throws IOException {
            StringBuilder line = new StringBuilder();
            int octet = in.read();
            while (octet != '\n') {
                if (octet < 0) {
                    throw new IOException("closed by the client");
                }
                line.append(octet == '\r' ? "" : Character.toString(octet));
                octet = in.read();
            }
            return line.toString();
        }
    }
}
