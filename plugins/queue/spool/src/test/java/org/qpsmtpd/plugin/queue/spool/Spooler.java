package org.qpsmtpd.plugin.queue.spool;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.qpsmtpd.api.answer.Action;

/**
 * Program that spools some messages with two threads, prints the number of each one that it has
 * taken, and hands on what waits until it is killed.
 */
final class Spooler {
    private static final int MESSAGES = 30;

    private Spooler() {}

    /** Takes the folder, the port of the next hop and the first number as its arguments. */
    public static void main(String[] arguments) throws InterruptedException {
        SpoolPlugin plugin = plugin(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        AtomicInteger next = new AtomicInteger(Integer.parseInt(arguments[2]));
        int end = next.get() + MESSAGES;
        for (int i = 0; i < 2; i++) {
            new Thread(() -> spool(plugin, next, end)).start();
        }
        new CountDownLatch(1).await(); // until it is killed
    }

    static SpoolPlugin plugin(Path folder, int port) {
        SpoolPlugin plugin =
                new SpoolPlugin(
                        Spooling.config(port, "first_retry", "1", "longest_retry", "1"),
                        new TestHome(folder));
        plugin.onPostFork();
        return plugin;
    }

    private static void spool(SpoolPlugin plugin, AtomicInteger next, int end) {
        int number = next.getAndIncrement();
        while (number < end) {
            Action action =
                    plugin.onQueue(
                                    Spooling.message("b@example.com")
                                            .withMessage(CountingHop.message(number)))
                            .action();
            if (action == Action.OK) {
                acknowledge(number);
            }
            number = next.getAndIncrement();
        }
    }

    private static synchronized void acknowledge(int number) {
        byte[] line = (number + "\n").getBytes(StandardCharsets.US_ASCII);
        System.out.write(line, 0, line.length);
        System.out.flush();
    }
}
