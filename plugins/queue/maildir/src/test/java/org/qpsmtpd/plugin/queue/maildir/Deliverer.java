package org.qpsmtpd.plugin.queue.maildir;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;

/** Program that delivers messages with four threads and prints the number of each one stored. */
final class Deliverer {
    private static final int MESSAGES = 100_000;

    private Deliverer() {}

    /** Takes the maildir as its argument. */
    public static void main(String[] arguments) {
        MaildirPlugin plugin =
                new MaildirPlugin(
                        Configs.config(MaildirConfig.class, Map.of("path", arguments[0])));
        AtomicInteger number = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            new Thread(() -> deliver(plugin, number)).start();
        }
    }

    /** Body of the message with the given number; different numbers give different lengths. */
    static String body(int number) {
        return ("line of message " + number + "\n").repeat(500 + number % 100) + "end\n";
    }

    private static void deliver(MaildirPlugin plugin, AtomicInteger next) {
        int number = next.getAndIncrement();
        while (number < MESSAGES) {
            FakeTransaction transaction =
                    FakeTransaction.create()
                            .withSender("matt@example.org")
                            .withRecipient("user@example.com")
                            .withMessage("Subject: " + number + "\n\n" + body(number));
            if (plugin.onQueue(transaction).action() == Action.OK) {
                acknowledge(number);
            }
            number = next.getAndIncrement();
        }
    }

    private static void acknowledge(int number) {
        byte[] line = (number + "\n").getBytes(StandardCharsets.US_ASCII);
        System.out.write(line, 0, line.length);
        System.out.flush();
    }
}
