package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.VictimPlugins;

/**
 * Bundles that are unfit, each in another way, come into the deploy folder while clients send: the
 * plugin that runs stays, and a note beside each jar says in a sentence what is wrong with it.
 */
class BadBundlesIT {
    private static final int ROUNDS = Integer.getInteger("itest.bad_rounds", 4);
    private static final int CLIENTS = 8;
    private static final String BUNDLE = "org.example.victim";
    private static final String GOOD_JAR = "victim.jar";
    private static final int NOBODY = 65_534;

    private final PluginBundle good = PluginBundle.of(BUNDLE, VictimPlugins.Good.class);
    private final PluginBundle unseen = PluginBundle.of(BUNDLE, VictimPlugins.Unseen.class);
    private final Map<String, Bad> kinds = new LinkedHashMap<>();

    /** Puts something unfit into a folder under a name; the number makes each one different. */
    @FunctionalInterface
    private interface Deed {
        void put(DeployFolder folder, String name, int number) throws IOException;
    }

    /**
     * A kind of badness.
     *
     * @param sentence what the note says, a regular expression; empty when there is no note
     */
    private record Bad(String sentence, Deed deed) {}

    /** A bundle that is taken at once, so that its note goes. */
    private static PluginBundle harmless(int number) {
        return new PluginBundle(
                        "org.example.harmless" + number,
                        "1.0.0",
                        Map.of(),
                        Map.of(
                                "META-INF/MANIFEST.MF",
                                "Manifest-Version: 1.0\n".getBytes(US_ASCII)))
                .withHeader("Bundle-ManifestVersion", "2")
                .withHeader("Bundle-SymbolicName", "org.example.harmless" + number);
    }

    BadBundlesIT() {
        brokenFiles();
        unresolvable();
        unstartable();
        untrusted();
        notBad();
    }

    private void kind(String name, String sentence, Deed deed) {
        kinds.put(name, new Bad(sentence, deed));
    }

    private void jar(String name, String sentence, PluginBundle bundle) {
        kind(
                name,
                sentence,
                (folder, file, number) -> folder.put(file, bundle.numbered(number).jar()));
    }

    private void brokenFiles() {
        kind("garbage", "no jar", (folder, name, n) -> folder.put(name, noise(5_000, n)));
        kind("empty", "no jar", (folder, name, n) -> folder.put(name, new byte[0]));
        kind(
                "truncated",
                "no jar|not a whole",
                (folder, name, n) -> folder.put(name, part(unseen.numbered(n).jar(), 2)));
        kind(
                "half-written",
                "no jar|not a whole",
                (folder, name, n) -> folder.copySlowly(name, part(unseen.numbered(n).jar(), 3)));
        kind(
                "damaged",
                "damaged|no jar|not a whole|does not lie",
                (folder, name, n) -> folder.put(name, damaged(unseen.numbered(n).jar())));
        jar(
                "leading-out",
                "leads out",
                unseen.withFile("../../evil.txt", "evil".getBytes(US_ASCII)));
        jar(
                "folder-with-content",
                "has a content",
                unseen.withFile("opt/Helper.class/", "code".getBytes(US_ASCII)));
        jar(
                "weaving",
                "by which a bundle changes others",
                unseen.withHeader("Import-Package", "org.osgi.framework.hooks.weaving"));
        kind(
                "fragment-of-the-core",
                "org\\.qpsmtpd\\.core",
                (folder, name, n) ->
                        folder.put(
                                name,
                                harmless(n).withHeader("Fragment-Host", "org.qpsmtpd.core").jar()));
        jar(
                "no-bundle",
                "Bundle-SymbolicName",
                unseen.withHeader("Bundle-SymbolicName", "")
                        .withHeader("Bundle-ManifestVersion", ""));
        kind("huge", "bytes", (folder, name, n) -> sparse(folder.path().resolve(name)));
    }

    private void unresolvable() {
        jar(
                "missing-package",
                "com\\.example\\.missing",
                unseen.withHeader("Import-Package", "com.example.missing;version=\"[2.3,3)\""));
        jar(
                "too-new-java-declared",
                "(?i)java",
                unseen.withHeader(
                        "Require-Capability",
                        "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\""));
        jar("too-new-java", "(?i)java|class", unseen.withClasses(BadBundlesIT::ofJava99));
        kind(
                "fragment-of-nothing",
                "org\\.example\\.nothing",
                (folder, name, n) ->
                        folder.put(
                                name,
                                harmless(n)
                                        .withHeader("Fragment-Host", "org.example.nothing")
                                        .jar()));
    }

    private void unstartable() {
        jar(
                "constructor-throws",
                "the moon is not full",
                PluginBundle.of(BUNDLE, VictimPlugins.Throwing.class));
        jar("class-throws", "a month", PluginBundle.of(BUNDLE, VictimPlugins.BadClass.class));
        jar(
                "self-check",
                "the list of stars cannot be read",
                PluginBundle.of(BUNDLE, VictimPlugins.Unfit.class));
        jar(
                "other-option",
                "plugins:2:.*'word'",
                PluginBundle.of(BUNDLE, VictimPlugins.OtherOption.class));
        jar("no-class", "Unseen", unseen.without("Unseen.class"));
        jar(
                "no-component",
                "component",
                unseen.without(".xml").withHeader("Service-Component", ""));
        jar(
                "activator-throws",
                "the tide is out",
                PluginBundle.of(
                                BUNDLE,
                                VictimPlugins.Unseen.class,
                                VictimPlugins.BadActivator.class)
                        .withHeader(
                                "Bundle-Activator", VictimPlugins.BadActivator.class.getName()));
        jar(
                "activator-missing",
                "org\\.example\\.Missing",
                unseen.withHeader("Bundle-Activator", "org.example.Missing"));
    }

    private void untrusted() {
        kind(
                "folder",
                "folder",
                (folder, name, n) -> Files.createDirectory(folder.path().resolve(name)));
        kind(
                "link",
                "symbolic link",
                (folder, name, n) -> {
                    Path real = folder.path().resolveSibling("real-" + name);
                    Files.write(real, unseen.numbered(n).jar());
                    Files.createSymbolicLink(folder.path().resolve(name), real);
                });
        kind(
                "writable",
                "written by everybody",
                (folder, name, n) ->
                        moved(folder, name, unseen.numbered(n), file -> rights(file, "rw-rw-rw-")));
        if (Shell.isRoot()) {
            kind(
                    "others",
                    "belongs to",
                    (folder, name, n) ->
                            moved(
                                    folder,
                                    name,
                                    unseen.numbered(n),
                                    file -> Files.setAttribute(file, "unix:uid", NOBODY)));
            kind(
                    "group-writable",
                    "group",
                    (folder, name, n) ->
                            moved(
                                    folder,
                                    name,
                                    unseen.numbered(n),
                                    file -> {
                                        Files.setAttribute(file, "unix:gid", NOBODY);
                                        rights(file, "rw-rw-r--");
                                    }));
        }
    }

    /** They are no use, and no fault either: nobody is told of them. */
    private void notBad() {
        kind(
                "ordinary bundle",
                "",
                (folder, name, n) -> folder.put(name, harmless(10_000 + n).jar()));
        kind(
                "older",
                "",
                (folder, name, n) ->
                        folder.put(name, unseen.stamped(n).withVersion("0.9." + n).jar()));
        kind(
                "gone at once",
                "",
                (folder, name, n) -> {
                    PluginBundle unfit = PluginBundle.of(BUNDLE, VictimPlugins.Unfit.class);
                    Files.delete(folder.put(name, unfit.numbered(n).jar()));
                });
    }

    private static byte[] noise(int length, int seed) {
        byte[] octets = new byte[length];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static byte[] part(byte[] octets, int divisor) {
        return Arrays.copyOf(octets, octets.length / divisor);
    }

    private static byte[] damaged(byte[] jar) {
        byte[] octets = jar.clone();
        for (int i = octets.length / 3; i < octets.length / 3 + 40; i++) {
            octets[i] ^= 0x55;
        }
        return octets;
    }

    private static byte[] ofJava99(byte[] classFile) {
        byte[] octets = classFile.clone();
        octets[6] = 0;
        octets[7] = (byte) (44 + 99);
        return octets;
    }

    private static void sparse(Path file) throws IOException {
        Path part = file.resolveSibling("huge.part");
        try (RandomAccessFile out = new RandomAccessFile(part.toFile(), "rw")) {
            out.setLength(1L << 30);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What is done to a file before it can be seen. */
    @FunctionalInterface
    private interface Change {
        void on(Path file) throws IOException;
    }

    private static void moved(DeployFolder folder, String name, PluginBundle bundle, Change change)
            throws IOException {
        Path file = bundle.writeTo(folder.path().resolveSibling(name + ".part"));
        change.on(file);
        Files.move(file, folder.path().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void rights(Path file, String rights) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
    }

    private ServerUnderTest start() {
        return ServerUnderTest.builder()
                .plugins("rcpt_ok", "victim word hello", "queue/maildir MAIL")
                .file("logging", "logging/warn 5")
                .deployed(GOOD_JAR, good.numbered(1).jar())
                .start();
    }

    private static String answer(SmtpDialogue smtp) {
        return smtp.command("VRFY amy").toString();
    }

    private static String good(int version) {
        return "250 2.1.5 good " + PluginBundle.stamp(version) + " hello";
    }

    private static void awaitGood(ServerUnderTest server, int version) {
        Eventually.get(
                "a session with version " + version,
                () -> {
                    try (SmtpDialogue smtp = server.connect()) {
                        return smtp.read().code() == 220 ? answer(smtp) : "";
                    }
                },
                good(version)::equals);
    }

    /** A session that meets the good plugin, before and after its message. */
    private static void session(SmtpDialogue smtp, String id) {
        smtp.hello();
        assertThat(answer(smtp)).as("VRFY in:\n%s", smtp.transcript()).isEqualTo(good(1));
        Mail.deliver(smtp, id);
        assertThat(answer(smtp)).as("VRFY in:\n%s", smtp.transcript()).isEqualTo(good(1));
        smtp.send("QUIT");
        smtp.expect(221);
    }

    @Test
    void noneOfManyIsEverUsed() throws IOException {
        try (ServerUnderTest server = start()) {
            awaitGood(server, 1);
            DeployFolder folder = DeployFolder.of(server);
            int count = 0;
            try (Load load = Load.start(server, CLIENTS, BadBundlesIT::session)) {
                for (int round = 1; round <= ROUNDS; round++) {
                    count += round(folder, round);
                    load.check();
                }
                Figures.print(
                        "bad bundles: %d of %d kinds, %d sessions meanwhile, %d failed",
                        count, kinds.size(), load.sessions(), load.failures().size());
                assertThat(load.failures()).isEmpty();
            }
            assertThat(Traces.first(server.log())).as("no trace for a bad jar").isEmpty();
            folder.put(GOOD_JAR, good.numbered(1_000).jar());
            awaitGood(server, 1_000);
        }
    }

    /** One of each kind, all at once; all are judged, then mended or taken away. */
    private int round(DeployFolder folder, int round) throws IOException {
        int number = 100 * round;
        for (Map.Entry<String, Bad> kind : kinds.entrySet()) {
            number++;
            kind.getValue().deed().put(folder, file(kind.getKey()), number);
        }
        kinds.forEach(
                (name, bad) -> {
                    if (!bad.sentence().isEmpty()) {
                        Eventually.get(
                                "the note of " + name,
                                () -> folder.rejection(file(name)),
                                note -> !note.isEmpty());
                    }
                });
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Bad> kind : kinds.entrySet()) {
            String note = folder.rejection(file(kind.getKey()));
            if (!isAsMeant(kind.getValue(), note)) {
                wrong.add(kind.getKey() + ": " + note);
            }
            if (round == 1) {
                Figures.print("bad bundles: %s: %s", kind.getKey(), note.replace("\n", " | "));
            }
        }
        assertThat(wrong).as("notes that do not say what is wrong").isEmpty();
        mend(folder, round);
        return kinds.size();
    }

    private static boolean isAsMeant(Bad bad, String note) {
        return bad.sentence().isEmpty()
                ? note.isEmpty()
                : note.lines()
                        .anyMatch(line -> line.matches("reason: .*(" + bad.sentence() + ").*"));
    }

    /** A mended jar's note goes, and so does that of a jar that goes itself. */
    private void mend(DeployFolder folder, int round) throws IOException {
        int number = 0;
        for (String kind : kinds.keySet()) {
            number++;
            String name = file(kind);
            boolean replaced =
                    number % 2 == round % 2 && !Files.isDirectory(folder.path().resolve(name));
            if (replaced) {
                folder.put(name, harmless(number).jar());
            } else {
                Files.deleteIfExists(folder.path().resolve(name));
            }
        }
        for (String kind : kinds.keySet()) {
            String name = file(kind);
            Eventually.get("no note of " + kind, () -> folder.rejection(name), String::isEmpty);
            Files.deleteIfExists(folder.path().resolve(name));
        }
    }

    private static String file(String kind) {
        return kind.replace(' ', '-') + ".jar";
    }

    /** Over the jar of the plugin that runs: its bundle stays, though its file is gone. */
    @Test
    void aBadReplacementLeavesThePredecessor() {
        List<String> overwritten =
                List.of(
                        "garbage",
                        "missing-package",
                        "constructor-throws",
                        "other-option",
                        "self-check");
        try (ServerUnderTest server = start()) {
            awaitGood(server, 1);
            DeployFolder folder = DeployFolder.of(server);
            try (Load load = Load.start(server, 2, BadBundlesIT::session)) {
                int number = 1;
                for (String kind : overwritten) {
                    number++;
                    replaceBadly(folder, kind, number);
                    load.check();
                }
            }
            folder.put(GOOD_JAR, good.numbered(50).jar());
            awaitGood(server, 50);
            Eventually.get("no note", () -> folder.rejection(GOOD_JAR), String::isEmpty);
        }
    }

    private void replaceBadly(DeployFolder folder, String kind, int number) {
        Bad bad = kinds.get(kind);
        assertThat(bad).as(kind).isNotNull();
        try {
            bad.deed().put(folder, GOOD_JAR, number);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Eventually.get(
                "the note of " + kind,
                () -> folder.rejection(GOOD_JAR),
                note -> isAsMeant(bad, note));
    }

    /** A bundle that hangs is given up after ten seconds, and others need not wait so long. */
    @Test
    void aHangingBundleIsGivenUp() {
        PluginBundle hanging = PluginBundle.of(BUNDLE, VictimPlugins.Hanging.class);
        try (ServerUnderTest server = start()) {
            awaitGood(server, 1);
            DeployFolder folder = DeployFolder.of(server);
            try (Load load = Load.start(server, 2, BadBundlesIT::session)) {
                folder.put("hanging.jar", hanging.numbered(7).jar());
                String note =
                        Eventually.get(
                                "the note of the hanging one",
                                () -> folder.rejection("hanging.jar"),
                                text -> !text.isEmpty());
                assertThat(note).containsPattern("reason: .*10 seconds");
                load.check();
            }
        }
    }
}
