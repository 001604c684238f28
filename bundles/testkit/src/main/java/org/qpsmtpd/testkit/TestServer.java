package org.qpsmtpd.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.Origin;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.chain.PluginList;
import org.qpsmtpd.core.chain.PluginSettings;
import org.qpsmtpd.core.client.ClientLists;
import org.qpsmtpd.core.client.ClientRule;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.listener.Listener;
import org.qpsmtpd.core.log.LevelSetting;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.log.LogTaker;
import org.qpsmtpd.core.log.StreamLog;
import org.qpsmtpd.core.message.Spool;
import org.qpsmtpd.core.server.ServerOptions;
import org.qpsmtpd.core.server.SmtpServer;

/**
 * The real server inside the test's JVM, on a free port of the loopback address, with plugins that
 * are objects and a configuration directory of its own.
 *
 * <pre>{@code
 * Mailbox mailbox = new Mailbox();
 * try (TestServer server =
 *                 TestServer.builder()
 *                         .config("badmailfrom", "@spam.test")
 *                         .plugin("badmailfrom", plugin)
 *                         .plugin("mailbox", mailbox)
 *                         .start();
 *         SmtpClient client = server.connect()) {
 *     assertThat(client.open("a@spam.test", "user@example.com").code()).isEqualTo(550);
 * }
 * }</pre>
 */
public final class TestServer implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final long FLUSH_MILLIS = 10_000;

    private final Path home;
    private final ConfigDirectory config;
    private final LogRouter router = new LogRouter(new StreamLog(System.err));
    private final CollectedLog log;
    private final List<PluginInstance> plugins;
    private final Map<String, List<PluginInstance>> lists;
    private final Map<String, List<String>> listFaults;
    private final List<ClientRule> rules;
    private final List<String> faults;
    private final Map<HookPoint, PluginInstance> mocks = new EnumMap<>(HookPoint.class);
    private final SmtpServer server;
    private final int port;
    private volatile Generation generation;

    private TestServer(Builder builder, Path home) throws IOException {
        this.home = home;
        log = new CollectedLog(builder.logLevel);
        List<LogTaker> loggers = new ArrayList<>(builder.loggers);
        loggers.add(LogTaker.of("collected", log));
        router.use(loggers, LogLevel.DEBUG);
        plugins = List.copyOf(builder.plugins);
        faults = List.copyOf(builder.faults);
        lists = Map.copyOf(builder.lists);
        listFaults = Map.copyOf(builder.listFaults);
        rules = List.copyOf(builder.rules);
        generation = newGeneration(1, plugins);
        Files.createDirectory(configDirectory());
        for (Map.Entry<String, List<String>> file : builder.config.entrySet()) {
            write(file.getKey(), file.getValue());
        }
        config = new ConfigDirectory(List.of(configDirectory()), router);
        server =
                new SmtpServer(
                        "1.0",
                        builder.options(home),
                        config,
                        router,
                        () -> generation,
                        () -> Optional.ofNullable(builder.resolver),
                        () -> {});
        ServerSocketChannel socket = ServerSocketChannel.open();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.accept(socket);
        port = server.addresses().get(0).getPort();
    }

    /** A server that has no plugins and no configuration yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a server is made of. */
    public static final class Builder {
        private final List<PluginInstance> plugins = new ArrayList<>();
        private final Map<String, List<PluginInstance>> lists = new LinkedHashMap<>();
        private final Map<String, List<String>> listFaults = new LinkedHashMap<>();
        private final List<ClientRule> rules = new ArrayList<>();
        private final List<LogTaker> loggers = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();
        private final Map<String, List<String>> config = new LinkedHashMap<>();
        private LogLevel logLevel = LogLevel.DEBUG;
        private @Nullable Resolver resolver;
        private int children = 15;
        private int idleChildren = 2;
        private int limitConnections = 1000;
        private int maxFromIp;
        private boolean noRdns;

        private Builder() {
            config("me", "mx.example.org");
        }

        /**
         * Adds a plugin behind those that are there.
         *
         * @param name as a line of config/plugins would name it
         * @param plugin implements the interfaces of its hooks
         */
        public Builder plugin(String name, Object plugin) {
            plugins.add(PluginInstance.of(name, plugin));
            return this;
        }

        /**
         * Has some clients have plugins of their own.
         *
         * @param clients a line of config/clients, such as {@code tls plugins.tls}
         */
        public Builder clients(String clients) {
            rules.add(ClientRule.parse(clients));
            return this;
        }

        /**
         * Adds a plugin to the list of some clients, behind those that are there.
         *
         * @param list the last word of their {@link #clients}
         */
        public Builder pluginOf(String list, String name, Object plugin) {
            lists.computeIfAbsent(list, it -> new ArrayList<>())
                    .add(PluginInstance.of(name, plugin));
            return this;
        }

        /** Breaks the list of some clients, so that their mail is deferred. */
        public Builder faultOf(String list, String sentence) {
            listFaults.computeIfAbsent(list, it -> new ArrayList<>()).add(sentence);
            return this;
        }

        /** Adds a logging plugin, which is given the log in front of {@link TestServer#log}. */
        public Builder logger(String name, LoggingHook logger) {
            loggers.add(LogTaker.of(name, logger));
            return this;
        }

        /** Adds a plugin whose failures count as no opinion, as {@code on_error skip} says. */
        public Builder skippingPlugin(String name, Object plugin) {
            PluginSettings skipping = new PluginSettings(LevelSetting.UNCHANGED, true, 0);
            plugins.add(new PluginInstance(name, plugin, skipping, Origin.NONE));
            return this;
        }

        /** Adds a fault of the configuration, because of which mail is deferred. */
        public Builder fault(String sentence) {
            faults.add(sentence);
            return this;
        }

        /** Writes a configuration file, replacing one of that name. */
        public Builder config(String name, String... lines) {
            config.put(name, List.of(lines));
            return this;
        }

        /** Sets the least urgent level that is collected; DEBUG without. */
        public Builder logLevel(LogLevel level) {
            logLevel = level;
            return this;
        }

        /** Sets where host names are looked up; without, nothing is looked up. */
        public Builder resolver(Resolver names) {
            resolver = names;
            return this;
        }

        /** Sets {@code --children} and {@code --idle-children}. */
        public Builder children(int most, int idle) {
            children = most;
            idleChildren = idle;
            return this;
        }

        /** Sets {@code --limit-connections}. */
        public Builder limitConnections(int most) {
            limitConnections = most;
            return this;
        }

        /** Sets {@code --max-from-ip}, of which plugins are told. */
        public Builder maxFromIp(int most) {
            maxFromIp = most;
            return this;
        }

        /** Sets {@code --no-rdns}: no host name is looked up, resolver or not. */
        public Builder noRdns() {
            noRdns = true;
            return this;
        }

        private ServerOptions options(Path home) {
            return new ServerOptions(
                    ServerOptions.ONLY,
                    List.of("127.0.0.1:0"),
                    children,
                    idleChildren,
                    limitConnections,
                    maxFromIp,
                    false,
                    noRdns,
                    List.of(home.resolve("config")),
                    home.resolve("deploy"),
                    home.resolve("spool"),
                    home.resolve("state"));
        }

        /** Starts the server. */
        public TestServer start() throws IOException {
            return new TestServer(this, Files.createTempDirectory("qpsmtpd-testkit"));
        }
    }

    /** The port the server listens on. */
    public int port() {
        return port;
    }

    /** Connects a client, which has read nothing yet. */
    public SmtpClient connect() throws IOException {
        return SmtpClient.connect(port);
    }

    Listener listener() {
        return server.listener();
    }

    /** How many connections are open. */
    public int connections() {
        return server.connections();
    }

    /** How many sessions have not ended yet; a session ends after its last hook. */
    public int sessions() {
        return generation.users();
    }

    /** The records of the sessions that have ended, newest first. */
    public List<SessionRecord> records() {
        return server.engine().records().all();
    }

    /** Writes a configuration file and lets the server see it at once. */
    public void setConfig(String name, String... lines) throws IOException {
        write(name, List.of(lines));
        config.reload();
    }

    private Path configDirectory() {
        return home.resolve("config");
    }

    private void write(String name, List<String> lines) throws IOException {
        Files.writeString(
                configDirectory().resolve(name),
                String.join("\n", lines) + "\n",
                StandardCharsets.UTF_8);
    }

    /** The files in the spool directory. */
    public List<Path> spoolFiles() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("spool"))) {
            return files.sorted().toList();
        }
    }

    /**
     * Puts an answer in front of a hook's plugins, for connections that begin from now on; replaces
     * an earlier one of that hook.
     *
     * @throws IllegalArgumentException when the hook is not one that answers with a result
     */
    public void mockHook(HookPoint point, HookResult result) {
        String name = "mock_" + point.hookName();
        mocks.put(point, PluginInstance.of(name, MockHook.answering(point, result)));
        renew();
    }

    /** Takes away what {@link #mockHook} put there. */
    public void unmockHook(HookPoint point) {
        mocks.remove(point);
        renew();
    }

    private void renew() {
        List<PluginInstance> all = new ArrayList<>(mocks.values());
        all.addAll(plugins);
        generation = newGeneration(generation.number() + 1, all);
    }

    private Generation newGeneration(int number, List<PluginInstance> usual) {
        ClientLists clients = new ClientLists(rules, ClientLists.USUAL);
        List<PluginList> all = new ArrayList<>();
        for (String name : clients.names()) {
            boolean first = name.equals(ClientLists.USUAL);
            all.add(
                    new PluginList(
                            name,
                            List.of(),
                            first ? usual : lists.getOrDefault(name, List.of()),
                            first ? faults : listFaults.getOrDefault(name, List.of())));
        }
        return new Generation(number, all, clients);
    }

    /** What was logged so far. */
    public List<LogRecord> log() {
        router.flush(FLUSH_MILLIS);
        return log.records();
    }

    /** What was logged so far, as {@code LEVEL:TEXT}. */
    public List<String> logLines() {
        return log().stream().map(record -> record.level() + ":" + record.line()).toList();
    }

    /**
     * Waits until a line of the log contains a text.
     *
     * @throws IllegalStateException when none came within half a minute
     */
    public LogRecord awaitLog(String text) throws InterruptedException {
        return awaitLog(record -> record.line().contains(text));
    }

    /**
     * Waits until a line is in the log.
     *
     * @throws IllegalStateException when none came within half a minute
     */
    public LogRecord awaitLog(Predicate<LogRecord> wanted) throws InterruptedException {
        return log.await(wanted);
    }

    /** Ends the sessions, the server and its directory; close the clients before. */
    @Override
    public void close() throws IOException {
        server.close();
        router.close();
        Spool.delete(home);
    }
}
