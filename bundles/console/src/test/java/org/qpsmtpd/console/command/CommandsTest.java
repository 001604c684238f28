package org.qpsmtpd.console.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.api.control.GenerationStatus;
import org.qpsmtpd.api.control.PluginFigure;
import org.qpsmtpd.api.control.PluginStatus;

final class CommandsTest {
    private final Bench bench = new Bench();
    private final FakeServer server = bench.server;

    @Test
    void statusTellsHowItGoes() throws InterruptedException {
        server.connections.add(FakeServer.connection("a.1", "x"));
        assertThat(bench.run("status"))
                .isEqualTo(
                        """
                        server       qpsmtpd 1.0.0, up 1m20s
                        accepts on   127.0.0.1:25
                        connections  1 open of at most 100, 17 since the start
                        mail         12 accepted, 3 refused, 1 deferred since the start
                        workers      5 of at most 15, 1 request waiting
                        plugins      12 plugins in generation 4
                        """);
    }

    @Test
    void statusSaysWhyMailIsDeferredAndWhatIsNotInUse() throws InterruptedException {
        server.faults.add("config/plugins:3: no plugin 'dnsbl'");
        server.refused.add("a.jar: its package org.example is missing");
        server.warnings.add("plugin 'x' is never asked");
        server.paused = true;
        assertThat(bench.run("status"))
                .contains("paused       127.0.0.1:25\n")
                .contains("mail         12 accepted, 3 refused, 1 deferred since the start\n")
                .contains("warning      plugin 'x' is never asked\n")
                .contains("defers mail  config/plugins:3: no plugin 'dnsbl'\n")
                .contains("not in use   a.jar: its package org.example is missing\n");
    }

    @Test
    void statusIsAnObjectInJson() throws InterruptedException {
        assertThat(bench.object("status", "--json"))
                .contains(entry("version", "1.0.0"), entry("sessions", 17L))
                .contains(entry("started", "2026-01-02T03:04:05Z"), entry("paused", false));
    }

    @Test
    void pluginsShowsTheChainOfEachHook() throws InterruptedException {
        server.plugins.add(FakeServer.plugin("rcpt", "rcpt_ok", 1_000));
        server.plugins.add(
                FakeServer.plugin("rcpt", "late", 0, "/srv/deploy/late-a.cfg", "never asked: why"));
        server.plugins.add(FakeServer.plugin("queue", "maildir", 0, "bundle org.example", ""));
        assertThat(bench.run("plugins"))
                .isEqualTo(
                        """
                        HOOK   PLUGIN   VERSION  CALLS  ANSWERS                 MEAN     P99  STATE        NAMED IN
                        rcpt   rcpt_ok  1.0.0     1000  999 DECLINED, 1 DENY  350 us  1.2 ms  in use       config/plugins:3
                        rcpt   late     1.0.0        0  -                          -       -  never asked  deploy/late-a.cfg
                        queue  maildir  1.0.0        0  -                          -       -  in use       bundle org.example
                        late, hook rcpt: never asked: why
                        """);
    }

    @Test
    void figuresOfPluginsAreShown() throws InterruptedException {
        assertThat(bench.run("plugins", "--figures")).isEqualTo("No plugin counts anything.\n");
        server.figures.add(new PluginFigure("dnsbl", "listed", true, 1_234));
        server.figures.add(new PluginFigure("dnsbl", "waiting", false, 7));
        assertThat(bench.run("plugins", "--figures"))
                .isEqualTo(
                        """
                        PLUGIN  FIGURE   VALUE  KIND
                        dnsbl   listed    1234  counter
                        dnsbl   waiting      7  level
                        """);
        assertThat(bench.array("plugins", "--figures", "--json")).hasSize(2);
        assertThat(bench.object("status", "--json").get("figures"))
                .isEqualTo(
                        List.of(
                                Map.of(
                                        "plugin",
                                        "dnsbl",
                                        "name",
                                        "listed",
                                        "isCounter",
                                        true,
                                        "value",
                                        1_234L),
                                Map.of(
                                        "plugin",
                                        "dnsbl",
                                        "name",
                                        "waiting",
                                        "isCounter",
                                        false,
                                        "value",
                                        7L)));
    }

    @Test
    void pluginsFitsATerminal() throws InterruptedException {
        String hook = "unrecognized_command";
        PluginStatus plain = FakeServer.plugin(hook, "count_unrecognized_commands", 5);
        PluginStatus busy =
                new PluginStatus(
                        "plugins",
                        hook,
                        plain.name(),
                        plain.bundle(),
                        plain.version(),
                        plain.place(),
                        123_456_789,
                        Map.of("DECLINED", 123_000_000L, "DENY_DISCONNECT", 456_789L, "OK", 7L),
                        350,
                        1_200,
                        7,
                        0,
                        "closed",
                        false,
                        false,
                        "");
        server.plugins.addAll(List.of(plain, busy));

        assertThat(bench.run("plugins").lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120))
                .last()
                .asString()
                .contains("  ...  ", "in use, 7 errors  plugins:3");
    }

    private static PluginStatus in(String list, String hook, String name) {
        PluginStatus plugin = FakeServer.plugin(hook, name, 0, "/srv/config/" + list + ":3", "");
        return new PluginStatus(
                list,
                hook,
                name,
                plugin.bundle(),
                plugin.version(),
                plugin.place(),
                0,
                Map.of(),
                0,
                0,
                0,
                0,
                "closed",
                false,
                false,
                "");
    }

    @Test
    void pluginsOfSeveralLists() throws InterruptedException {
        server.lists.add("plugins.local");
        server.plugins.add(in("plugins", "rcpt", "rcpt_ok"));
        server.plugins.add(in("plugins.local", "rcpt", "rcpt_ok"));
        server.plugins.add(in("plugins.local", "queue", "maildir"));
        assertThat(bench.run("plugins"))
                .isEqualTo(
                        """
                        LIST           HOOK   PLUGIN   VERSION  CALLS  ANSWERS  MEAN  P99  STATE   NAMED IN
                        plugins        rcpt   rcpt_ok  1.0.0        0  -           -    -  in use  plugins:3
                        plugins.local  rcpt   rcpt_ok  1.0.0        0  -           -    -  in use  plugins.local:3
                        plugins.local  queue  maildir  1.0.0        0  -           -    -  in use  plugins.local:3
                        """);
        assertThat(bench.array("plugins", "plugins.local", "--json")).hasSize(2);
        assertThat(bench.array("plugins", "plugins.local", "queue", "--json")).hasSize(1);
        assertThat(bench.array("plugins", "rcpt", "--json")).hasSize(2);
        assertThat(bench.run("status")).containsPattern("lists +plugins, plugins.local");
        assertThat(bench.failure("plugins", "plugins.locel"))
                .hasMessageContaining("did you mean 'plugins.local'");
        assertThat(bench.failure("plugins", "pluginz", "rcpt"))
                .hasMessageContaining("no plugin list 'pluginz'");
    }

    @Test
    void connectionsOfSeveralLists() throws InterruptedException {
        server.connections.add(FakeServer.connection("a.1", "client.test"));
        server.connections.add(
                new ConnectionStatus(
                        "a.2",
                        "10.0.0.1:4711",
                        "Unknown",
                        FakeServer.BEGIN,
                        "command",
                        4,
                        "peers/local",
                        "",
                        "",
                        0));
        assertThat(bench.run("connections"))
                .contains("GENERATION  LIST", "4  plugins ", "4  peers/local");
    }

    @Test
    void pluginsOfOneHook() throws InterruptedException {
        server.plugins.add(FakeServer.plugin("rcpt", "rcpt_ok", 1));
        server.plugins.add(FakeServer.plugin("queue", "maildir", 0));
        assertThat(bench.run("plugins", "queue")).contains("maildir").doesNotContain("rcpt_ok");
        assertThat(bench.run("plugins", "helo")).isEqualTo("No plugin answers the hook helo.\n");
        assertThat(bench.failure("plugins", "rctp"))
                .hasMessage("plugins: no hook 'rctp', did you mean 'rcpt'?");
        assertThat(bench.array("plugins", "--json")).hasSize(2);
    }

    @Test
    void generationsShowsWhatAnEarlierOneHasOfItsOwn() throws InterruptedException {
        server.generations.add(
                new GenerationStatus(
                        4, true, FakeServer.BEGIN, 1, List.of("a 1.0.0", "b 1.0.2"), List.of()));
        server.generations.add(
                new GenerationStatus(
                        3,
                        false,
                        FakeServer.BEGIN,
                        12,
                        List.of("a 1.0.0", "b 1.0.1"),
                        List.of("no plugin 'c'")));
        assertThat(bench.run("generations"))
                .isEqualTo(
                        """
                        GENERATION  STATE       AGE  SESSIONS  PLUGINS  OF ITS OWN
                                 4  current   1m20s         1        2
                                 3  retiring  1m20s        12        2  b 1.0.1
                        generation 3 defers mail  no plugin 'c'
                        """);
        assertThat(bench.array("generations", "--json")).hasSize(2);
    }

    @Test
    void deploymentsTellWhyAJarWasRefused() throws InterruptedException {
        assertThat(bench.run("deployments")).isEqualTo("The deploy folder is empty.\n");
        server.deployments.add(
                new DeploymentStatus(
                        "a.jar", "refused", "", "", List.of(), FakeServer.BEGIN, "it is no jar"));
        assertThat(bench.run("deployments"))
                .isEqualTo(
                        """
                        FILE   STATE      FOR  PLUGINS  VERSION  BUNDLE  REMARK
                        a.jar  refused  1m20s  -        -        -       it is no jar
                        """);
        assertThat(bench.array("deployments", "--json")).hasSize(1);
    }

    @Test
    void deploymentsNeedSomebodyWhoWatches() {
        bench.servers.unsetDeployments(server);
        assertThat(bench.failure("deployments"))
                .hasMessage("deployments: no deploy folder is watched here");
    }

    @Test
    void connectionsEscapeWhatClientsSay() throws InterruptedException {
        assertThat(bench.run("connections")).isEqualTo("No connection is open.\n");
        server.connections.add(FakeServer.connection("a.1", "\u001b[2Jx\u202e"));
        assertThat(bench.run("connections"))
                .isEqualTo(
                        """
                        ID   CLIENT      HOST         AGE  STATE    GENERATION  HELO            SENDER  MESSAGES
                        a.1  [::1]:4711  localhost  1m20s  command           4  \\x1B[2Jx\\u202E  -              2
                        """);
        assertThat(bench.run("connections", "--json")).doesNotContain("\u001b", "\u202e");
    }

    @Test
    void killEndsAndNamesWhatItDoesNotFind() throws InterruptedException {
        server.connections.add(FakeServer.connection("a.1", "x"));
        server.connections.add(FakeServer.connection("a.2", "x"));
        assertThat(bench.run("kill", "a.1")).isEqualTo("Ended a.1.\n");
        CommandFailure failure = bench.failure("kill", "a.9", "a.2");
        assertThat(failure).hasMessage("kill: no open connection a.9: see connections");
        assertThat(failure.status()).isEqualTo(1);
        assertThat(bench.takeText()).isEqualTo("Ended a.2.\n");
        assertThat(server.killed).containsExactly("a.1", "a.9", "a.2");
    }

    @Test
    void killTellsBothInJson() {
        bench.failure("kill", "--json", "a.9");
        assertThat(bench.takeText()).isEqualTo("{\"ended\":[],\"unknown\":[\"a.9\"]}\n");
    }

    @ParameterizedTest
    @CsvSource({"1, a.1", "-1, a.3", "9, a.1 a.2 a.3", "-2, a.2 a.3", "-9, a.1 a.2 a.3"})
    void listShowsTheOldestOrTheNewest(String number, String ids) throws InterruptedException {
        for (String id : List.of("a.1", "a.2", "a.3")) {
            server.connections.add(FakeServer.connection(id, "x"));
        }
        for (String name : List.of("list", "connections")) {
            assertThat(bench.run(name, number).lines().skip(1).map(row -> row.split(" ", -1)[0]))
                    .containsExactly(ids.split(" ", -1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0", "many", "9999999999"})
    void listTakesOnlyANumber(String number) {
        assertThat(bench.failure("list", number))
                .hasMessage("list: '" + number + "' is no number other than 0")
                .extracting(CommandFailure::status)
                .isEqualTo(2);
    }

    @Test
    void killEndsAllOfAClient() throws InterruptedException {
        server.connections.add(FakeServer.connection("a.1", "x"));
        server.connections.add(FakeServer.connection("a.2", "x"));
        assertThat(bench.failure("kill", "192.0.2.1"))
                .hasMessage("kill: no open connection 192.0.2.1: see connections");
        assertThat(server.killed).isEmpty();
        assertThat(bench.run("kill", "0::1")).isEqualTo("Ended a.1.\nEnded a.2.\n");
        assertThat(server.killed).containsExactly("a.1", "a.2");
    }

    @Test
    void shutdownStopsAServerThatIsAlone() throws InterruptedException {
        assertThat(bench.run("shutdown")).isEqualTo("The server stops.\n");
        assertThat(server.stopping).isTrue();
    }

    @Test
    void shutdownLeavesAContainerToItsOwner() {
        server.alone = false;
        assertThat(bench.failure("shutdown")).hasMessageContaining("stop the bundle");
        assertThat(server.stopping).isFalse();
    }

    @Test
    void pauseAndContinueSayWhatIsSo() throws InterruptedException {
        assertThat(bench.run("pause")).isEqualTo("Accepts no connections.\n");
        assertThat(bench.run("pause")).isEqualTo("Accepts no connections as before.\n");
        assertThat(server.paused).isTrue();
        assertThat(bench.run("continue")).isEqualTo("Accepts connections.\n");
        assertThat(server.paused).isFalse();
        assertThat(bench.object("pause", "--json")).containsExactly(entry("paused", true));
    }

    @Test
    void reloadTellsTheResult() throws InterruptedException {
        assertThat(bench.run("reload")).isEqualTo("Generation 4 is in use, with 12 plugins.\n");
        server.refused.add("config/plugins:7: unknown option");
        assertThat(bench.failure("reload")).hasMessage("reload: generation 4 stays in use");
        assertThat(bench.takeText()).isEqualTo("config/plugins:7: unknown option\n");
    }

    @Test
    void checkConfigListsTheProblemsAndFails(@TempDir Path folder) throws Exception {
        bench.directory = Files.createDirectory(folder.resolve("here"));
        Path config = Files.createDirectory(folder.resolve("config"));
        assertThat(bench.run("check-config", "../config"))
                .isEqualTo("No problem found in " + config + ".\n");
        assertThat(server.checked).containsExactly(config);
        server.problems.addAll(List.of("plugins:1: one", "plugins:2: two"));
        assertThat(bench.failure("check-config", config.toString()))
                .hasMessage("check-config: 2 problems found in " + config);
        assertThat(bench.takeText()).isEqualTo("plugins:1: one\nplugins:2: two\n");
        assertThat(bench.failure("check-config", "/no/such"))
                .hasMessageContaining("/no/such is no directory");
    }

    @Test
    void configShowsLinesAndWhereTheyStand() throws InterruptedException {
        assertThat(bench.run("config", "rcpthosts")).isEqualTo("rcpthosts has no lines.\n");
        server.lines.add(new ConfigLine("example.com", "config/rcpthosts", 3));
        assertThat(bench.run("config", "rcpthosts"))
                .isEqualTo(
                        """
                        LINE         FROM
                        example.com  config/rcpthosts:3
                        """);
        assertThat(bench.array("config", "rcpthosts", "--json"))
                .containsExactly(
                        Map.of("text", "example.com", "file", "config/rcpthosts", "line", 3L));
    }

    @Test
    void whyExplainsEachMessage() throws InterruptedException {
        server.records.add(FakeServer.session("a.1"));
        assertThat(bench.run("why", "a.1"))
                .isEqualTo(
                        """
                        session a.1
                          client      192.0.2.7 (client.example.net)
                          began       2026-01-02 03:04:05
                          state       over
                          generation  4

                        connection
                              AT     STEP  HOOK     PLUGIN       VERSION  ANSWER     TIME  WHY
                          1.5 ms  +1.5 ms  connect  hosts_allow  1.0.0    DECLINED  42 us

                        message a.1.1
                          from     <joe@example.net>
                          to       nobody
                          size     -
                          outcome  -
                              AT     STEP  HOOK  PLUGIN    VERSION  ANSWER   TIME  WHY
                          1.5 ms    +0 us  rcpt  rcpt_ok   1.0.0    DENY    42 us  not ours; "Relaying denied"
                          2.0 ms  +500 us        (server)           reply          550 5.7.1 Relaying denied

                        message a.1.2
                          from     <>
                          to       <amy@example.com> and 2 more
                          size     312 octets
                          outcome  250 2.0.0 Queued! 7
                              AT     STEP  HOOK   PLUGIN         VERSION  ANSWER   TIME  WHY
                          1.5 ms    +0 us  queue  queue/maildir  1.0.0    OK      42 us  Queued! 7
                          2.0 ms  +500 us         (server)                reply          250 2.0.0 Queued! 7
                        """);
    }

    @Test
    void whyOfAMessageLeavesTheOthersOut() throws InterruptedException {
        server.records.add(FakeServer.session("a.1"));
        assertThat(bench.run("why", "a.1.1"))
                .contains("session a.1\n", "Relaying denied")
                .doesNotContain("maildir", "hosts_allow", "a.1.2");
        assertThat(bench.object("why", "a.1", "--json")).containsEntry("id", "a.1");
        assertThat(bench.failure("why", "b.7")).hasMessageStartingWith("why: no record of 'b.7'");
    }

    @Test
    void whyWithoutIdListsTheLastSessions() throws InterruptedException {
        assertThat(bench.run("why")).isEqualTo("No session has ended yet.\n");
        server.records.add(FakeServer.session("a.2"));
        server.records.add(FakeServer.session("a.1"));
        assertThat(bench.run("why", "--limit", "1"))
                .isEqualTo(
                        """
                        SESSION  BEGAN                CLIENT     HOST                GENERATION  MESSAGES  OUTCOME
                        a.2      2026-01-02 03:04:05  192.0.2.7  client.example.net           4         2  250 2.0.0 Queued! 7
                        """);
        assertThat(bench.array("why", "--json")).hasSize(2);
        assertThat(bench.failure("why", "--limit=0").status()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "plugins",
                "generations",
                "deployments",
                "connections",
                "list",
                "kill",
                "pause",
                "continue",
                "shutdown",
                "reload",
                "check-config",
                "config",
                "why",
                "trace",
                "summarize",
                "watch",
                "help"
            })
    void helpTellsTheUse(String name) throws InterruptedException {
        assertThat(bench.run(name, "--help"))
                .startsWith("usage: " + name)
                .contains("--json")
                .isEqualTo(bench.run("help", name));
        assertThat(bench.object(name, "--help", "--json")).containsEntry("name", name);
        assertThat(bench.run("help")).contains(name);
        CommandFailure failure = bench.failure(name, "--jsn");
        assertThat(failure).hasMessageContaining("'--jsn', did you mean '--json'?");
        assertThat(failure.status()).isEqualTo(2);
    }

    @Test
    void helpShowsTheCommandsOfPlugins() throws InterruptedException {
        assertThat(bench.run("help")).doesNotContain("Of plugins");
        HelpCommand help =
                new HelpCommand(
                        List.of(),
                        () -> new TreeMap<>(Map.of("stamp:reset", "Of the plugin stamp.")),
                        new Brought());
        PrintStream out = new PrintStream(bench.printed, true, StandardCharsets.UTF_8);
        new CommandFunction(help, bench.servers, Clock.systemUTC())
                .execute(List.of(), out, Path.of("/"));

        assertThat(bench.takeText()).endsWith("\nOf plugins:\nstamp:reset  Of the plugin stamp.\n");
    }

    @Test
    void wordsTooManyOrTooFewAreNamed() {
        assertThat(bench.failure("status", "now")).hasMessageContaining("'now' is one word too");
        assertThat(bench.failure("kill")).hasMessageContaining("used as: kill ID|IP...");
        assertThat(bench.failure("help", "stats")).hasMessageContaining("mean 'status'?");
    }

    @Test
    void severalServersAreToldApartByName() throws InterruptedException {
        FakeServer other = new FakeServer();
        other.paused = true;
        bench.servers.addServer(other, Map.of("org.qpsmtpd.server_name", "other"));
        assertThat(bench.failure("status")).hasMessageContaining("--server: other, qpsmtpd");
        assertThat(bench.run("status", "--server", "other")).contains("paused");
        assertThat(bench.failure("status", "--server=othr")).hasMessageContaining("'other'?");
    }

    @Test
    void withoutServerThatIsSaid() {
        bench.servers.removeServer(server, Map.of());
        assertThat(bench.failure("status")).hasMessage("status: no server runs here at the moment");
    }
}
