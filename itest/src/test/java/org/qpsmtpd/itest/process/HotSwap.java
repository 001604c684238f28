package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qpsmtpd.itest.Maildir;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.StoredMessage;

/**
 * Plugins of all hooks are replaced again and again, one at a time and all at once, while clients
 * send without pause. Nothing may be lost, doubled or refused, and each session meets one version
 * of each plugin.
 */
final class HotSwap implements AutoCloseable {

    /** Each so manieth replacement is one of all plugins at once, by turns with a slow copy. */
    private static final int ALL_AT_ONCE = 5;

    private static final int SLOWLY = 7;

    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long MAIL_OCTETS = 3L << 30;

    /** How many failures are shown. */
    private static final int SHOWN = 5;

    /** What no reply of the server can tell; the journal does. */
    private static final Set<String> IN_JOURNAL =
            Set.of("logging", "post-fork", "disconnect", "post-connection");

    private final SwapPlugins plugins = SwapPlugins.make();
    private final Queue<SwapSession> sessions = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> newest = new ConcurrentHashMap<>();
    private final Map<String, Integer> placed = new HashMap<>();
    private final List<Swap> swaps = new ArrayList<>();
    private final List<long[]> quiet = new ArrayList<>();
    private final Path journal;
    private final Path mail;

    private final Path folder;
    private final Extent extent;

    /**
     * How much of it.
     *
     * @param swaps how many replacements
     * @param quiet how long each stretch without replacements lasts
     */
    record Extent(int swaps, int clients, Duration quiet) {}

    /**
     * The server whose plugins are replaced.
     *
     * @param connect opens a session
     * @param deploy its deploy folder
     * @param log all that it has logged
     */
    record Subject(Supplier<SmtpDialogue> connect, DeployFolder deploy, Supplier<String> log) {}

    /** Uses a folder that is deleted by somebody else. */
    HotSwap(Path folder, Extent extent) throws IOException {
        this.folder = folder;
        this.extent = extent;
        journal = folder.resolve("journal");
        mail = maildir(folder);
    }

    /** In memory where there is enough of it: tens of thousands of files are slow to delete. */
    private static Path maildir(Path folder) throws IOException {
        boolean roomy =
                Files.isWritable(MEMORY)
                        && Files.getFileStore(MEMORY).getUsableSpace() > MAIL_OCTETS;
        return roomy ? Files.createTempDirectory(MEMORY, "qpsmtpd-itest") : folder.resolve("mail");
    }

    /** Deletes the mail. */
    @Override
    public void close() throws IOException {
        if (Files.exists(mail)) {
            try (Stream<Path> paths = Files.walk(mail)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    /**
     * A replacement.
     *
     * @param at when the jar was whole, in the time of {@link System#nanoTime}
     */
    private record Swap(String hook, int version, long at) {}

    private void add(SwapSession session) {
        sessions.add(session);
        session.seen().forEach((hook, version) -> newest.merge(hook, version, Math::max));
    }

    /** What a server needs in {@code config/plugins}. */
    List<String> pluginLines() {
        List<String> lines =
                new ArrayList<>(
                        plugins.hooks().stream()
                                .filter(hook -> !hook.equals("logging"))
                                .filter(hook -> hook.equals("queue") || hook.hashCode() % 2 == 0)
                                .map(SwapPlugins::plugin)
                                .toList());
        lines.add("queue/maildir " + mail);
        return lines;
    }

    /** What it needs in its deploy folder, by name. */
    Map<String, byte[]> jars() {
        Map<String, byte[]> jars = new HashMap<>();
        for (String hook : plugins.hooks()) {
            jars.put(SwapPlugins.file(hook), plugins.jar(hook, 1));
            placed.put(hook, 1);
        }
        return jars;
    }

    /** The option of Java that it needs. */
    String javaOption() {
        return "-Ditest.journal=" + folder.resolve("journal");
    }

    /** Does it, and judges. */
    void run(Subject server) throws IOException, InterruptedException {
        SwapClient first = new SwapClient(server.connect(), 0, this::add, message -> {});
        Thread warming = thread(first, "warming");
        Eventually.holds("a session with all plugins", () -> visible(plugins.hooks()));
        first.stop();
        warming.join();
        sessions.clear();
        underLoad(server, () -> replaceAll(server.deploy()));
        report();
        judge(server);
    }

    private void underLoad(Subject server, Runnable work) throws InterruptedException {
        List<SwapClient> clients = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i <= extent.clients(); i++) {
            SwapClient client = new SwapClient(server.connect(), i, this::add, failures::add);
            clients.add(client);
            threads.add(thread(client, "client " + i));
        }
        try {
            work.run();
        } finally {
            clients.forEach(SwapClient::stop);
            for (Thread thread : threads) {
                thread.join(Duration.ofMinutes(1).toMillis());
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    private static Thread thread(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void replaceAll(DeployFolder deploy) {
        quiet();
        quiet.clear(); // the first one has warmed the server up
        quiet();
        for (int n = 1; n <= extent.swaps(); n++) {
            List<String> hooks = plugins.hooks();
            List<String> chosen =
                    n % ALL_AT_ONCE == 0
                            ? hooks
                            : List.of(hooks.get((n - n / ALL_AT_ONCE - 1) % hooks.size()));
            chosen.forEach(hook -> replace(deploy, hook));
            int swap = n;
            Eventually.holds("replacement " + swap + " of " + chosen, () -> visible(chosen));
            if (n == extent.swaps() / 2) {
                quiet();
            }
        }
        quiet();
    }

    /** A stretch without replacements, to compare with. */
    private void quiet() {
        long from = System.nanoTime();
        int enough = 20;
        Eventually.holds(
                "a while without replacements",
                () ->
                        System.nanoTime() - from > extent.quiet().toNanos()
                                && shortSessions(from, System.nanoTime()).count() > enough);
        quiet.add(new long[] {from, System.nanoTime()});
    }

    private void replace(DeployFolder deploy, String hook) {
        int version = placed.merge(hook, 1, Integer::sum);
        byte[] jar = plugins.jar(hook, version);
        if (swaps.size() % SLOWLY == SLOWLY - 1) {
            deploy.copySlowly(SwapPlugins.file(hook), jar);
        } else {
            deploy.put(SwapPlugins.file(hook), jar);
        }
        swaps.add(new Swap(hook, version, System.nanoTime()));
    }

    private boolean visible(List<String> hooks) throws IOException {
        boolean ask = hooks.stream().anyMatch(IN_JOURNAL::contains);
        String text = ask && Files.exists(journal) ? Files.readString(journal) : "";
        return hooks.stream().allMatch(hook -> visible(hook, text));
    }

    private boolean visible(String hook, String text) {
        int version = placed.getOrDefault(hook, 0);
        String stamp = PluginBundle.stamp(version);
        return switch (hook) {
            case "logging" -> text.contains("log " + stamp);
            case "post-fork" -> text.contains("fork " + stamp);
            case "disconnect", "post-connection" -> text.contains(" " + hook + "=" + stamp);
            default -> newest.getOrDefault(hook, 0) >= version;
        };
    }

    private void report() {
        long messages = sessions.stream().mapToLong(session -> session.accepted().size()).sum();
        Figures.print(
                "hot swap: %d clients, %d sessions, %d messages, %d plugins in %d replacements",
                extent.clients(), sessions.size(), messages, swaps.size(), extent.swaps());
        Figures latencies = Figures.of(latencies());
        Figures.print(
                "hot swap: from jar in place to the first new session with it: median %.0f ms,"
                        + " p99 %.0f ms, max %.0f ms",
                latencies.median(), latencies.p99(), latencies.max());
        Figures still = Figures.of(durations(true));
        Figures moving = Figures.of(durations(false));
        Figures.print(
                "hot swap: sessions of one message: without replacements median %.1f ms,"
                        + " p99 %.1f ms; with median %.1f ms, p99 %.1f ms; ratio of p99 %.2f",
                still.median(),
                still.p99(),
                moving.median(),
                moving.p99(),
                moving.p99() / still.p99());
        Figures.print("hot swap: failed sessions: %d", failures.size());
    }

    private List<Long> latencies() {
        List<SwapSession> byTime =
                sessions.stream().sorted(Comparator.comparingLong(SwapSession::greeted)).toList();
        return swaps.stream()
                .filter(swap -> !IN_JOURNAL.contains(swap.hook()))
                .map(swap -> firstSeen(byTime, swap) - swap.at())
                .toList();
    }

    private static long firstSeen(List<SwapSession> byTime, Swap swap) {
        return byTime.stream()
                .filter(session -> session.version(swap.hook()) >= swap.version())
                .mapToLong(SwapSession::greeted)
                .findFirst()
                .orElseThrow(() -> new AssertionError("never seen: " + swap));
    }

    private List<Long> durations(boolean inQuiet) {
        Stream<SwapSession> chosen =
                inQuiet
                        ? quiet.stream().flatMap(span -> shortSessions(span[0], span[1]))
                        : Stream.of(quiet.get(0), quiet.get(1))
                                .flatMap(span -> shortSessions(span[1], nextQuiet(span)));
        return chosen.map(session -> session.ended() - session.began()).toList();
    }

    private long nextQuiet(long[] span) {
        return quiet.get(quiet.indexOf(span) + 1)[0];
    }

    private Stream<SwapSession> shortSessions(long from, long to) {
        return sessions.stream()
                .filter(session -> session.messages() == 1)
                .filter(session -> session.began() - from >= 0 && session.ended() - to <= 0);
    }

    private void judge(Subject server) throws IOException {
        assertThat(failures.stream().limit(SHOWN)).as("the first failed sessions").isEmpty();
        String log = server.log().get();
        assertThat(Traces.first(log)).isEmpty();
        assertThat(log.lines()).noneMatch(line -> line.contains("FATAL PLUGIN ERROR"));
        judgeMessages();
        judgeJournal();
        plugins.hooks().forEach(this::judgeOrder);
    }

    /** Every message that was accepted is there, once, with the versions that its session saw. */
    private void judgeMessages() {
        Map<String, SwapSession> expected = new HashMap<>();
        sessions.forEach(session -> session.accepted().forEach(id -> expected.put(id, session)));
        List<String> before = new ArrayList<>();
        Set<String> found = new HashSet<>();
        for (StoredMessage message : new Maildir(mail).messages()) {
            String id = field(message, "Message-Id");
            if (id.startsWith("<c0-")) {
                continue; // of the time before the load
            }
            SwapSession session = expected.get(id);
            assertThat(session).as("accepted in a session: %s", id).isNotNull();
            assertThat(found.add(id)).as("once only: %s", id).isTrue();
            assertThat(List.of(field(message, "X-Swap-Post"), field(message, "X-Swap-Headers")))
                    .as(id)
                    .containsExactly(
                            PluginBundle.stamp(session.version("data_post")),
                            PluginBundle.stamp(session.version("data_post_headers")));
            assertThat(message.trace("Received"))
                    .contains("(" + PluginBundle.stamp(session.version("received_line")) + ")");
            assertThat(message.contentText()).doesNotContain("X-Swap-Torn");
            before.add(id);
        }
        assertThat(before).hasSize(expected.size());
    }

    private static String field(StoredMessage message, String name) {
        List<String> values =
                message.contentText()
                        .lines()
                        .filter(line -> line.startsWith(name + ": "))
                        .map(line -> line.substring(name.length() + 2))
                        .toList();
        assertThat(values).as("%s in %s", name, message).hasSize(1);
        return values.get(0);
    }

    private void judgeJournal() {
        Eventually.holds(
                "the end of every session in the journal",
                () -> count("session ") >= sessions.size());
        List<String> lines = journal();
        assertThat(lines).noneMatch(line -> line.contains("TORN"));
        assertThat(lines).noneMatch(line -> line.contains("=absent"));
        assertOnce(lines, "session ", 1);
        assertOnce(lines, "fork ", 1);
        Set<String> logged = assertOnce(lines, "log ", 4);
        List<String> unsaid =
                sessions.stream()
                        .flatMap(session -> session.accepted().stream())
                        .filter(id -> !logged.contains(id))
                        .toList();
        assertThat(unsaid).as("messages that no logging plugin was told of").isEmpty();
    }

    private long count(String prefix) {
        return journal().stream().filter(line -> line.startsWith(prefix)).count();
    }

    private List<String> journal() {
        try {
            return Files.readAllLines(journal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The word at an index of the lines that begin so must differ from line to line. */
    private static Set<String> assertOnce(List<String> lines, String prefix, int word) {
        List<String> words =
                lines.stream()
                        .filter(line -> line.startsWith(prefix))
                        .map(line -> line.split(" ", -1)[word])
                        .toList();
        assertThat(words).as("lines %s", prefix).isNotEmpty();
        Set<String> twice =
                words.stream()
                        .collect(Collectors.groupingBy(text -> text, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .filter(entry -> entry.getValue() > 1)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        assertThat(twice).as("said twice in the journal, %s", prefix).isEmpty();
        return new HashSet<>(words);
    }

    /** A session that began after another was greeted has no older version than that one. */
    private void judgeOrder(String hook) {
        SwapSession[] byGreeting = met(hook, Comparator.comparingLong(SwapSession::greeted));
        int greeted = 0;
        int newestBefore = 0;
        for (SwapSession session : met(hook, Comparator.comparingLong(SwapSession::began))) {
            while (greeted < byGreeting.length
                    && byGreeting[greeted].greeted() - session.began() < 0) {
                newestBefore = Math.max(newestBefore, byGreeting[greeted].version(hook));
                greeted++;
            }
            assertThat(session.version(hook))
                    .as("version of %s in a later session", hook)
                    .isGreaterThanOrEqualTo(newestBefore);
        }
    }

    private SwapSession[] met(String hook, Comparator<SwapSession> order) {
        SwapSession[] met =
                sessions.stream()
                        .filter(session -> session.version(hook) > 0)
                        .toArray(SwapSession[]::new);
        Arrays.sort(met, order);
        return met;
    }
}
