package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.ServerUnderTest.RawProcess;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.HookPlugins;

/**
 * The server is the same in any locale, from any path, on any mount, for root and for an ordinary
 * user: it starts, takes a mail, answers at the console, replaces a plugin and stops. Names beyond
 * ASCII are written by shell commands alone, since these tests may run in a locale without.
 */
@Timeout(240)
@TestInstance(Lifecycle.PER_CLASS)
class EnvironmentIT {
    private static final String NOBODY = "nobody";
    private static final String NOBODYS_GROUP = "65534";
    private static final PluginBundle PLUGIN =
            PluginBundle.of("org.example.swap_vrfy", HookPlugins.Vrfy.class);
    private static final Path NEUTRAL_LOCALE = Path.of("/usr/lib/locale/C.utf8");
    private static final Path MOUNTED = Path.of("/mnt");
    private static final Pattern CONSOLE = Pattern.compile("its console is (\\S+): ");

    private static final Map<String, String> MOUNTS =
            Map.of(
                    "READ_ONLY",
                    "mount --bind \"$1\" /mnt && mount -o remount,bind,ro /mnt",
                    "NOEXEC_TMP",
                    "mount --bind \"$1\" /mnt && mount --bind /tmp /tmp"
                            + " && mount -o remount,bind,noexec /tmp",
                    "NOEXEC",
                    "mount --bind \"$1\" /mnt && mount -o remount,bind,noexec /mnt"
                            + " && for place in /tmp /dev/shm; do mount --bind $place $place"
                            + " && mount -o remount,bind,noexec $place; done");

    /** The last one is none. */
    private static final List<String> LOCALES =
            List.of("C", "C.UTF-8", "fa_IR.UTF-8", "tr_TR.UTF-8", "");

    private static final List<String> PLACES = List.of("PLAIN", "ODD", "READ_ONLY", "NOEXEC_TMP");
    private static final List<String> USERS = List.of("ROOT", "ORDINARY");

    private final Path folder;
    private Path plain = Path.of("");

    /** A link that leads to a distribution in a folder with a blank and a letter beyond ASCII. */
    private Path link = Path.of("");

    EnvironmentIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeAll
    void layOut() throws IOException {
        assumeTrue(Shell.isRoot(), "only root mounts, and becomes other users");
        Path locales = Files.createDirectory(folder.resolve("locales"));
        for (String name : List.of("fa_IR.UTF-8", "tr_TR.UTF-8")) {
            Shell.run("cp", "-r", NEUTRAL_LOCALE.toString(), locales.resolve(name).toString());
        }
        plain = UserIT.readableDistribution(folder);
        Shell.run("install", "-d", "-m", "700", "-o", NOBODY, plain + "/var");
        link = folder.resolve("link");
        sh(
                """
                cd "$1" && odd=$(printf 'd\\303\\274 x/sm\\303\\266rre #1%%20') || exit
                mkdir -m 755 "${odd%%/*}" && cp -a qpsmtpd "$odd" && ln -s "$odd" link || exit
                echo precious >"${odd%% *}"
                rm -f link/lib/classes-*
                link/bin/qpsmtpd --archive || exit
                for made in link/lib/classes-*.jsa; do [ -s "$made" ] || exit; done
                for start in qpsmtpd/lib/classes-*.jsa; do mkdir "$start.making"; done
                """,
                folder.toString());
    }

    private static String sh(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        return Shell.run(command.toArray(String[]::new));
    }

    /**
     * Every locale in every place as one of the two users, so that each pair is there once at
     * least; as both with the system property {@code itest.all_cells}.
     */
    static Stream<Arguments> cells() {
        List<Arguments> cells = new ArrayList<>();
        for (int locale = 0; locale < LOCALES.size(); locale++) {
            for (int place = 0; place < PLACES.size(); place++) {
                for (int user = 0; user < USERS.size(); user++) {
                    if ((locale + place) % 2 == user || Boolean.getBoolean("itest.all_cells")) {
                        cells.add(
                                Arguments.of(
                                        LOCALES.get(locale), PLACES.get(place), USERS.get(user)));
                    }
                }
            }
        }
        return cells.stream();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void servesInEveryEnvironment(String locale, String place, String user) throws IOException {
        Path own = Files.createTempDirectory(folder, "cell");
        sh(
                """
                cd "$1" && chmod 755 . && mkdir mail log deploy lists || exit
                echo example.com >"lists/$(printf 'g\\303\\244ste')"
                cp "$3" "deploy/$(printf 'sch\\303\\266n.jar')" && chown "$2" mail log
                """,
                own.toString(),
                NOBODY,
                PLUGIN.stamped(1).writeTo(own.resolve("1")).toString());
        try (ServerUnderTest server = builder(own, locale, place, user).start()) {
            Mail.deliver(server, "in this environment");
            assertThat(console(server, place)).contains("generation 1");
            awaitAnswer(server, 1);
            sh(
                    "cp \"$2\" \"$1/deploy/part\" && mv \"$1/deploy/part\" \"$1/deploy/\"*.jar",
                    own.toString(),
                    PLUGIN.stamped(2).writeTo(own.resolve("2")).toString());
            awaitAnswer(server, 2);
            assertThat(server.stop()).isZero();
            assertThat(Traces.first(server.log())).isEmpty();
            assertThat(server.log()).doesNotContain("Exception", "noexec", "Error");
        }
        assertThat(Shell.run("find", own + "/mail/new", "-type", "f", "-user", NOBODY))
                .hasLineCount(1);
        assertThat(sh("cat \"$1\"/log/*", own.toString())).contains("queued");
        String neighbour = "find \"$1\" -maxdepth 1 -type f -name 'd*' -exec cat {} +";
        assertThat(sh(neighbour, folder.toString())).isEqualTo("precious\n");
    }

    private ServerUnderTest.Builder builder(Path own, String locale, String place, String user) {
        List<String> variables = new ArrayList<>(List.of("env", "-u", "LANG", "-u", "LC_CTYPE"));
        variables.addAll(locale.isEmpty() ? List.of("-u", "LC_ALL") : List.of("LC_ALL=" + locale));
        ServerUnderTest.Builder server =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "queue/maildir " + own + "/mail")
                        .file("rcpthosts", "$include " + own + "/lists/g\u00e4ste")
                        .file(
                                "logging",
                                "logging/warn LOGINFO",
                                "logging/file loglevel LOGINFO " + own + "/log/gr\u00f6\u00dfe")
                        .environment("LOCPATH", folder + "/locales")
                        .environment("QPSMTPD_DEPLOY", own + "/deploy")
                        .environment("QPSMTPD_CONSOLE", "")
                        .environment("QPSMTPD_ATTACH", "")
                        .under(variables.toArray(String[]::new));
        mounted(server, place);
        return user.equals("ROOT")
                ? server.options("--user", NOBODY)
                : server.under("setpriv", "--reuid", NOBODY, "--regid", NOBODYS_GROUP)
                        .under("--clear-groups", "--");
    }

    private void mounted(ServerUnderTest.Builder server, String place) {
        String mount = MOUNTS.getOrDefault(place, "");
        if (mount.isEmpty()) {
            server.home(place.equals("ODD") ? link : plain);
            return;
        }
        String script = mount + " && shift && exec \"$@\"";
        server.home(MOUNTED)
                .under("unshare", "--mount", "sh", "-c", script, "sh", plain.toString());
    }

    /** The read-only distribution has its socket elsewhere, and says where. */
    private String console(ServerUnderTest server, String place) {
        Path home = place.equals("ODD") ? link : plain;
        List<String> words = new ArrayList<>(List.of("status"));
        Matcher elsewhere = CONSOLE.matcher(server.log());
        if (elsewhere.find()) {
            words.addAll(0, List.of("--socket", elsewhere.group(1)));
        }
        assertThat(elsewhere.reset().find()).isEqualTo(place.equals("READ_ONLY"));
        Program.Result status =
                new Program(home.resolve("bin/qpsmtpd-console"))
                        .run(words, List.of("QPSMTPD_CONSOLE="));
        assertThat(status.status()).as(status.output()).isZero();
        return status.output();
    }

    private static void awaitAnswer(ServerUnderTest server, int stamp) {
        Eventually.get(
                "the plugin's version " + stamp,
                () -> {
                    try (SmtpDialogue session = server.connect()) {
                        session.hello();
                        return session.command("VRFY amy").text();
                    }
                },
                ("vrfy " + PluginBundle.stamp(stamp))::equals);
    }

    @Test
    void opensDescriptorsThatAreClosed() throws IOException {
        Path pidFile = folder.resolve("closed.pid");
        try (RawProcess process =
                Mail.server()
                        .home(plain)
                        .options("--pid-file", pidFile.toString())
                        .under("sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh")
                        .process()) {
            long pid = process.process().pid();
            Eventually.holds("a pid file", () -> Files.exists(pidFile) && Files.size(pidFile) > 0);
            assertThat(pidFile).hasContent(pid + "\n");
            for (int standard = 0; standard < 3; standard++) {
                assertThat(new ProcessView(pid).descriptor(standard))
                        .isEqualTo(Path.of("/dev/null"));
            }
            process.process().destroy();
            assertThat(process.awaitExit()).isZero();
        }
    }

    @Test
    void saysInALineWhyNoNativeCodeCanBeRun() {
        String script = MOUNTS.get("NOEXEC") + " && shift && exec sh \"$@\"";
        try (RawProcess process =
                Mail.server()
                        .home(MOUNTED)
                        .options("--user", NOBODY)
                        .under("unshare", "--mount", "sh", "-c", script, "sh", plain.toString())
                        .process()) {
            assertThat(process.awaitExit()).isEqualTo(1);
            assertThat(process.output().awaitEnd())
                    .hasLineCount(1)
                    .startsWith("FATAL: /mnt/lib/native/")
                    .contains("noexec", "/dev/shm", "-Djava.io.tmpdir");
        }
    }

    @Test
    void callsItselfWhatTheKernelSays() {
        String script = "hostname mx.nowhere.invalid && exec \"$@\"";
        try (ServerUnderTest server =
                Mail.server()
                        .home(plain)
                        .without("me")
                        .without("rcpthosts")
                        .under("unshare", "--uts", "sh", "-c", script, "sh")
                        .start()) {
            try (SmtpDialogue session = server.connect()) {
                assertThat(session.read().text()).startsWith("mx.nowhere.invalid ESMTP");
                session.command("EHLO client.test");
                session.envelope(Mail.SENDER, "amy@mx.nowhere.invalid");
            }
            String pid = Long.toString(server.pid());
            Shell.run("nsenter", "--uts", "--target", pid, "hostname", "other.invalid");
            Eventually.holds("the new name", () -> greeting(server).startsWith("other.invalid "));
        }
    }

    private static String greeting(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            return session.read().text();
        }
    }

    /** A trial as root, then the user that its warning advises. */
    @Test
    void whatRootsServerMadeGoesToTheUserAfterIt() throws IOException {
        Path home = folder.resolve("trial");
        Shell.run("cp", "-a", plain.toString(), home.toString());
        Shell.run("rm", "-rf", home + "/var");
        Files.createDirectories(home.resolve("log"));
        trial(home, "first");
        Path victim = Files.writeString(folder.resolve("victim"), "root's\n");
        Files.createSymbolicLink(home.resolve("log/link"), victim);
        Files.createLink(home.resolve("log/name"), victim);
        String log = trial(home, "second", "--user", NOBODY);
        assertThat(log).contains(home + "/log/name belongs to root", "chown -Rh nobody: ");
        assertThat(Shell.run("find", home + "/mail/new", "-type", "f", "-user", NOBODY))
                .hasLineCount(2);
        assertThat(Shell.run("cat", home + "/log/all")).contains("queued");
        assertThat(Files.getOwner(home.resolve("log/all")).getName()).isEqualTo(NOBODY);
        assertThat(Files.getOwner(victim).getName()).isEqualTo("root");
    }

    private static String trial(Path home, String subject, String... options) {
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .home(home)
                        .plugins("rcpt_ok", "queue/maildir mail")
                        .file("logging", "logging/file loglevel LOGINFO log/all")
                        .options(options)
                        .start()) {
            Mail.deliver(server, subject);
            return server.log();
        }
    }
}
