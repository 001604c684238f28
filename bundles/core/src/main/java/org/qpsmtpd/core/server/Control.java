package org.qpsmtpd.core.server;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.api.control.GenerationStatus;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.control.ServerStatus;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.PluginList;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.generation.BundleExchange;
import org.qpsmtpd.core.generation.Generations;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.session.Session;

/** Shows and steers the server for its administrator. */
final class Control implements ServerControl {
    private static final long RELOAD_SECONDS = 60;

    private final String version;
    private final SmtpServer server;
    private final Generations generations;
    private final BundleExchange exchange;
    private final ConfigDirectory config;
    private final LogRouter log;
    private final Supplier<CompletableFuture<List<String>>> reload;
    private final Function<Path, List<String>> check;
    private final Function<Path, List<String>> elsewhere;
    private final BooleanSupplier stop;
    private final Instant started = Instant.now();

    /**
     * @param reload begins to read everything anew
     * @param check checks a configuration directory
     * @param elsewhere names the files that one takes from elsewhere
     * @param stop stops the process, and tells whether it does
     */
    Control(
            String version,
            SmtpServer server,
            Generations generations,
            BundleExchange exchange,
            ConfigDirectory config,
            LogRouter log,
            Supplier<CompletableFuture<List<String>>> reload,
            Function<Path, List<String>> check,
            Function<Path, List<String>> elsewhere,
            BooleanSupplier stop) {
        this.version = version;
        this.server = server;
        this.generations = generations;
        this.exchange = exchange;
        this.config = config;
        this.log = log;
        this.reload = reload;
        this.check = check;
        this.elsewhere = elsewhere;
        this.stop = stop;
    }

    @Override
    public ServerStatus status() {
        Generation current = generations.current();
        List<String> hindrances = new ArrayList<>(current.hindrances());
        server.engine().spoolFault().ifPresent(hindrances::add);
        List<String> warnings = new ArrayList<>(current.warnings());
        warnings.addAll(exchange.warnings());
        return new ServerStatus(
                version,
                started,
                server.addressTexts(),
                server.listener().paused(),
                server.connections(),
                server.listener().limitConnections(),
                server.engine().sessions(),
                server.engine().mail(),
                server.children().size(),
                server.children().most(),
                server.children().waiting(),
                current.number(),
                current.plugins().size(),
                current.lists().stream().map(PluginList::name).toList(),
                hindrances,
                notInUse(hindrances),
                warnings,
                current.figures());
    }

    /** What is configured and not in use, but for what is said already. */
    private List<String> notInUse(List<String> said) {
        return Stream.of(generations.refused(), config.failures(), exchange.refused())
                .flatMap(List::stream)
                .distinct()
                .filter(sentence -> !said.contains(sentence))
                .toList();
    }

    @Override
    public List<PluginStatus> plugins() {
        return generations.current().pluginStatus();
    }

    @Override
    public List<GenerationStatus> generations() {
        Generation current = generations.current();
        return generations.live().stream()
                .map(generation -> generation.status(generation.number() == current.number()))
                .toList();
    }

    @Override
    public List<ConnectionStatus> connections() {
        List<ConnectionStatus> rows = new ArrayList<>(ask(Session::status));
        rows.sort(Comparator.comparing(ConnectionStatus::since));
        return rows;
    }

    private <T> List<T> ask(Function<Session, T> question) {
        try {
            return server.listener().ask(question);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    @Override
    public boolean kill(String connectionId) {
        return server.listener().kill(connectionId);
    }

    @Override
    public boolean shutdown() {
        return stop.getAsBoolean();
    }

    @Override
    public void pause() {
        server.listener().pause();
    }

    @Override
    public void resume() {
        server.listener().resume();
    }

    @Override
    public List<String> reload() {
        try {
            return reload.get().get(RELOAD_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return List.of("reading anew takes longer than " + RELOAD_SECONDS + " seconds");
        } catch (ExecutionException e) {
            return List.of("reading anew failed: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of("interrupted; the server reads anew nevertheless");
        }
    }

    @Override
    public List<String> checkConfig(Path directory) {
        return check.apply(directory);
    }

    @Override
    public List<String> takenFromElsewhere(Path directory) {
        return elsewhere.apply(directory);
    }

    @Override
    public List<ConfigLine> config(String name) {
        return config.lines(name);
    }

    @Override
    public Optional<SessionRecord> record(String id) {
        Optional<SessionRecord> open =
                ask(session -> session.isKnownAs(id) ? Optional.of(session.record()) : NONE)
                        .stream()
                        .flatMap(Optional::stream)
                        .findFirst();
        return open.isPresent() ? open : server.engine().records().find(id);
    }

    private static final Optional<SessionRecord> NONE = Optional.empty();

    @Override
    public List<SessionRecord> records() {
        return server.engine().records().all();
    }

    @Override
    public Trace trace(String ipOrId, Consumer<LogRecord> listener) {
        Consumer<LogRecord> filter =
                new TraceFilter(ipOrId, id -> server.listener().remoteAddress(id), listener);
        log.trace(filter);
        return () -> log.untrace(filter);
    }
}
