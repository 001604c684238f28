package org.qpsmtpd.console.socket;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts clients at the socket, a few at once, and only those who may. */
final class ControlSocket implements AutoCloseable {
    /** How many clients there may be at once. */
    static final int MOST_CLIENTS = 8;

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final long END_MILLIS = 2_000;

    /** Between attempts to accept while there is no descriptor or thread for a client. */
    private static final long PAUSE_MILLIS = 500;

    private final SocketFile file;
    private final Shell shell;
    private final Duration idle;
    private final Set<Client> clients = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread acceptor = new Thread(this::accept, "console socket");

    private ControlSocket(SocketFile file, Shell shell, Duration idle) {
        this.file = file;
        this.shell = shell;
        this.idle = idle;
        timer =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "console timer");
                            thread.setDaemon(true);
                            return thread;
                        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        acceptor.setDaemon(true);
    }

    /**
     * Opens the socket and begins to accept.
     *
     * @param idle how long a client may ask nothing
     * @throws IOException with a sentence for the administrator when it cannot be opened
     */
    static ControlSocket open(Path path, Shell shell, Duration idle) throws IOException {
        ControlSocket socket = new ControlSocket(SocketFile.open(path), shell, idle);
        socket.acceptor.start();
        return socket;
    }

    /** Goes on after any failure, since what was used up is given back some time. */
    private void accept() {
        String failure = "";
        while (file.channel().isOpen()) {
            String now = "";
            try {
                welcome(file.channel().accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException | OutOfMemoryError e) { // no descriptor, or no thread
                now = String.valueOf(e.getMessage());
            }
            if (!now.equals(failure)) {
                tell(now);
            }
            failure = now;
            if (!failure.isEmpty() && endsInPause()) {
                return;
            }
        }
    }

    private static void tell(String failure) {
        if (failure.isEmpty()) {
            LOG.warn("the console accepts again");
        } else {
            LOG.warn("the console can accept nobody: {}; it goes on trying", failure);
        }
    }

    private boolean endsInPause() {
        try {
            return ended.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void welcome(SocketChannel channel) throws IOException {
        try {
            if (!Peer.isAllowed(channel, file.owner())) {
                LOG.warn("the console was refused to another user than {} and root", file.owner());
                refuse(channel, "this console is for " + file.owner() + " and root alone");
            } else if (clients.size() >= MOST_CLIENTS) {
                refuse(channel, "there are " + MOST_CLIENTS + " consoles open: close one first");
            } else {
                serve(new Client(channel, shell, timer, idle, clients::remove));
            }
        } catch (IOException e) {
            // The client went before it was served.
            channel.close();
        }
    }

    private void serve(Client client) {
        clients.add(client);
        boolean started = false;
        try {
            client.start();
            started = true;
        } finally {
            if (!started) {
                client.close();
            }
        }
    }

    private static void refuse(SocketChannel channel, String line) throws IOException {
        try (channel) {
            channel.write(Frame.of(Frame.ERR, line + "\n").octets());
            channel.write(Frame.exit(2).octets());
        }
    }

    /** Ends all clients and removes the socket. */
    @Override
    public void close() throws IOException {
        ended.countDown();
        file.close();
        clients.forEach(Client::close);
        timer.shutdownNow();
        try {
            acceptor.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
