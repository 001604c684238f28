package org.qpsmtpd.plugin.queue.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.LocalDisk;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;

/** Next hops, spools that hand on to them, and messages; closes them after each test. */
final class Spooling implements BeforeEachCallback, AfterEachCallback {
    static final String MESSAGE = "Subject: test\n\nHello\n.\n";

    /** What the next hop sees of it. */
    static final String ON_THE_WIRE = "Subject: test\r\n\r\nHello\r\n..\r\n";

    final TestClock clock = new TestClock();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Path folder = Path.of("");

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        folder = Files.createTempDirectory("spool-test");
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        open.clear();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    /** Where the spool is. */
    Path root() {
        return folder.resolve("queue/spool");
    }

    ScriptedHop hop(String... offers) throws IOException {
        ScriptedHop hop = ScriptedHop.offering(offers);
        open.add(hop);
        return hop;
    }

    /**
     * A spool that hands on to a hop and has begun.
     *
     * @param settings key, value, key, value ...
     */
    SpoolPlugin plugin(ScriptedHop hop, String... settings) {
        return plugin(hop, LocalDisk.ofMode("700"), settings);
    }

    SpoolPlugin plugin(ScriptedHop hop, Disk disk, String... settings) {
        SpoolPlugin plugin =
                new SpoolPlugin(config(hop.port(), settings), new TestHome(folder), disk, clock);
        open.add(plugin::close);
        plugin.onPostFork();
        await("the turn", () -> Files.exists(root().resolve("lock")));
        return plugin;
    }

    static SpoolConfig config(int port, String... settings) {
        Map<String, Object> values = new HashMap<>();
        values.put("host", "127.0.0.1");
        values.put("port", port);
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        return Configs.config(SpoolConfig.class, values);
    }

    /** A message from a@example.org to some. */
    static FakeTransaction message(String... recipients) {
        FakeConnection connection = FakeConnection.create().withEhlo("client.example.org");
        connection.config().set("me", "mx.example.com");
        FakeTransaction message =
                FakeTransaction.on(connection).withMessage(MESSAGE).withSender("a@example.org");
        for (String recipient : recipients) {
            message.withRecipient(recipient);
        }
        return message;
    }

    static void take(SpoolPlugin plugin, FakeTransaction message) {
        assertThat(plugin.onQueue(message).action()).isEqualTo(Action.OK);
    }

    /** Time passes, and the spool sees it. */
    void pass(SpoolPlugin plugin, Duration time) {
        clock.advance(time);
        plugin.wake();
    }

    /** The files of the messages that wait. */
    List<Path> files() {
        return files("new");
    }

    List<Path> files(String part) {
        Path place = root().resolve(part);
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(place)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitEmpty() {
        await("an empty spool", () -> files().isEmpty());
    }

    static void awaitMessages(ScriptedHop hop, int count) {
        await(count + " messages", () -> hop.messages().size() >= count);
    }

    /** Waits until a figure is reached, and what led to it is written down. */
    static void awaitFigure(SpoolPlugin plugin, String name, long value) {
        await(
                name + " " + value,
                () -> figure(plugin, name) >= value && figure(plugin, "on_their_way") == 0);
    }

    static long figure(SpoolPlugin plugin, String name) {
        return plugin.figures().stream()
                .filter(figure -> figure.name().equals(name))
                .mapToLong(figure -> figure.value())
                .sum();
    }

    /** Waits until something holds, for a minute at most. */
    static void await(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited for %s", what).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
