package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/**
 * Replaced plugins leave nothing behind: after many replacements a server has the bundles, threads,
 * files and memory that it had after a few.
 *
 * <p>System property {@code itest.leak_swaps}: how many bundles are replaced (300).
 */
class LeakIT {
    private static final int SWAPS = Integer.getInteger("itest.leak_swaps", 300);
    private static final int FIRST = SWAPS / 6;

    /** Replaced together, to save time: a jar in place to be taken up is most of it. */
    private static final List<String> HOOKS =
            List.of(
                    "connect",
                    "ehlo",
                    "mail",
                    "rcpt",
                    "data",
                    "data_post",
                    "queue",
                    "vrfy",
                    "quit",
                    "post-fork");

    /** The server keeps the records of fewer sessions than that. */
    private static final int RECORDS = 1_200;

    /** The load goes on between a collection and the look at the heap, so the least counts. */
    private static final int COLLECTIONS = 8;

    private static final Pattern NUMBER = Pattern.compile("used (\\d+)K");
    private static final Pattern LOADERS = Pattern.compile("Total = (\\d+)");

    private final SwapPlugins plugins = SwapPlugins.make();
    private final Path journal;
    private int version = 1;

    LeakIT(@TempDir Path folder) {
        journal = folder.resolve("journal");
    }

    /**
     * What the server has in use.
     *
     * @param heap in KiB after a collection, as is metaspace
     * @param loaders class loaders
     */
    private record Use(
            int bundles, long loaders, long threads, long files, long heap, long metaspace) {}

    private ServerUnderTest start() {
        ServerUnderTest.Builder builder =
                ServerUnderTest.builder()
                        .plugins("swap_queue", "queue/maildir MAIL")
                        .file("logging", "logging/warn 4")
                        .file("retire_after", "1")
                        .environment("QPSMTPD_JAVA_OPTS", "-Ditest.journal=" + journal);
        HOOKS.forEach(hook -> builder.deployed(SwapPlugins.file(hook), plugins.jar(hook, 1)));
        return builder.start();
    }

    @Test
    void manyReplacementsCostNoMoreThanAFew() throws IOException {
        try (ServerUnderTest server = start()) {
            awaitVersion(server);
            try (Load load = Load.start(server, 2, LeakIT::session)) {
                replace(server, FIRST);
                Eventually.holds(
                        "the records of sessions are full", () -> load.sessions() > RECORDS);
                Use before = use(server);
                replace(server, SWAPS - FIRST);
                Use after = use(server);
                load.check();
                Figures.print("leak: after %d replacements: %s", FIRST, before);
                Figures.print("leak: after %d replacements: %s", SWAPS, after);
                Figures.print(
                        "leak: ratio of heap %.2f, of metaspace %.2f; %d sessions meanwhile",
                        (double) after.heap() / before.heap(),
                        (double) after.metaspace() / before.metaspace(),
                        load.sessions());
                compare(before, after);
            }
        }
    }

    private static void compare(Use before, Use after) {
        assertThat(after.bundles()).as("bundles").isEqualTo(HOOKS.size());
        assertThat(before.bundles()).as("bundles").isEqualTo(HOOKS.size());
        assertThat(after.loaders()).as("class loaders").isLessThan(before.loaders() + FIRST);
        assertThat(after.threads()).as("threads").isLessThan(before.threads() + 20);
        assertThat(after.files()).as("open files").isLessThan(before.files() + 20);
        // A replaced bundle that stayed would cost far more than what the sessions leave behind.
        assertThat(after.heap()).as("heap").isLessThan(before.heap() * 2);
        assertThat(after.metaspace()).as("metaspace").isLessThan(before.metaspace() * 5 / 4);
    }

    private static void session(SmtpDialogue smtp, String id) {
        smtp.hello();
        smtp.send("MAIL FROM:<joe@example.net>");
        smtp.expect(250);
        smtp.send("RCPT TO:<amy@example.com>");
        smtp.expect(250);
        assertThat(smtp.data(Mail.message(id)).code()).as(smtp.transcript()).isEqualTo(250);
        smtp.send("QUIT");
        smtp.expect(221);
    }

    private void replace(ServerUnderTest server, int count) {
        DeployFolder folder = DeployFolder.of(server);
        for (int done = 0; done < count; done += HOOKS.size()) {
            version++;
            HOOKS.forEach(hook -> folder.put(SwapPlugins.file(hook), plugins.jar(hook, version)));
            awaitVersion(server);
        }
    }

    private void awaitVersion(ServerUnderTest server) {
        String stamp = PluginBundle.stamp(version);
        Eventually.get(
                "a session with " + stamp + " alone",
                () -> goodbye(server),
                text ->
                        text.startsWith("bye " + stamp)
                                && Pattern.compile("=v").matcher(text).results().count()
                                        == Pattern.compile("=" + stamp)
                                                .matcher(text)
                                                .results()
                                                .count()
                                && Files.exists(journal)
                                && journal().contains("fork " + stamp));
    }

    private String journal() {
        try {
            return Files.readString(journal);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String goodbye(ServerUnderTest server) {
        try (SmtpDialogue smtp = server.connect()) {
            if (smtp.read().code() != 220) {
                return "";
            }
            smtp.command("EHLO probe.test");
            smtp.command("VRFY amy");
            smtp.command("MAIL FROM:<joe@example.net>");
            smtp.command("RCPT TO:<amy@example.com>");
            smtp.data(Mail.message("probe"));
            return smtp.command("QUIT").text();
        }
    }

    /** Waits until the replaced bundles have left, then counts. */
    private static Use use(ServerUnderTest server) throws IOException {
        int bundles =
                Eventually.get(
                                "only the bundles of the newest versions",
                                () -> Console.bundles(server, "org.example."),
                                found -> found.size() == HOOKS.size())
                        .size();
        long heap = Long.MAX_VALUE;
        long metaspace = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            jcmd(server, "GC.run");
            List<Long> used = numbers(NUMBER, jcmd(server, "GC.heap_info"));
            assertThat(used).as("young, old and metaspace").hasSizeGreaterThanOrEqualTo(3);
            heap = Math.min(heap, used.get(0) + used.get(1));
            metaspace = Math.min(metaspace, used.get(2));
        }
        List<Long> loaders = numbers(LOADERS, jcmd(server, "VM.classloader_stats"));
        assertThat(loaders).as("class loaders").hasSize(1);
        Path process = Path.of("/proc", Long.toString(server.pid()));
        return new Use(
                bundles,
                loaders.get(0),
                count(process.resolve("task")),
                count(process.resolve("fd")),
                heap,
                metaspace);
    }

    private static String jcmd(ServerUnderTest server, String command) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return Shell.run(jcmd, Long.toString(server.pid()), command);
    }

    private static List<Long> numbers(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.results().map(found -> Long.valueOf(found.group(1))).toList();
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.count();
        }
    }
}
