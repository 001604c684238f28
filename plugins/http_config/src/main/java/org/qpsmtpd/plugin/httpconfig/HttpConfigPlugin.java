package org.qpsmtpd.plugin.httpconfig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.hook.ConfigHook;
import org.qpsmtpd.api.net.Authorities;
import org.qpsmtpd.api.plugin.Plugin;

/**
 * Supplies configuration that it fetches over HTTP.
 *
 * <p>{@code config}: the values of the first server that has any; absent when none has. Waits when
 * a file is asked for the first time, and when what is known of it is older than twice {@code life}
 * seconds; else an answer is at hand, and what is older than {@code life} is asked for aside.
 *
 * <p>Faults: what a server said last counts until it answers again. Before it has answered once the
 * hook fails, so that the core's {@code on_error} decides: mail is deferred, or the file counts.
 *
 * <p>Source: qpsmtpd {@code plugins/http_config @ df5b04d}.
 */
@Component(configurationPid = "http_config", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HttpConfigConfig.class, factory = true)
@Plugin(
        name = "http_config",
        positional = {"url", "more..."},
        paths = "ca")
public final class HttpConfigPlugin implements ConfigHook {
    /** More names than plugins ask for. */
    private static final int MOST_FILES = 1000;

    private static final int LONGEST_NAME = 200;

    /** How much longer than the servers may take somebody waits, since threads may be short. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final Web web;
    private final List<Source> sources;
    private final Duration limit;
    private final long lifeNanos;
    private final LongSupplier nanos;
    private final Map<String, RemoteFile> files = new ConcurrentHashMap<>();

    /**
     * Makes the plugin; asks nobody yet.
     *
     * @throws IllegalArgumentException naming an option, its value and what is allowed
     */
    @Activate
    public HttpConfigPlugin(HttpConfigConfig config) {
        this(config, System::nanoTime);
    }

    HttpConfigPlugin(HttpConfigConfig config, LongSupplier nanos) {
        this.nanos = nanos;
        limit = Duration.ofSeconds(config.timeout());
        lifeNanos = TimeUnit.SECONDS.toNanos(config.life());
        List<SourceUrl> urls = urls(config);
        web =
                new Web(
                        config.ca().isEmpty()
                                ? Optional.empty()
                                : Optional.of(Authorities.of("ca", Path.of(config.ca()))),
                        config.size__limit());
        sources = urls.stream().map(url -> new Source(url, web, nanos)).toList();
    }

    private static List<SourceUrl> urls(HttpConfigConfig config) {
        if (config.url().isEmpty()) {
            throw new IllegalArgumentException(
                    "no URL is given; write http_config http://config.example.org/qpsmtpd/");
        }
        List<SourceUrl> urls = new ArrayList<>();
        urls.add(SourceUrl.parse(config.url()));
        for (String further : config.more()) {
            urls.add(SourceUrl.parse(further));
        }
        return List.copyOf(urls);
    }

    /** Ends what is on its way. */
    @Deactivate
    public void close() {
        web.close();
    }

    @Override
    public Optional<List<String>> onConfig(String name) {
        if (!isName(name)) {
            return Optional.empty();
        }
        RemoteFile file = file(name);
        Known known = file.known();
        if (known == null) {
            return first(file, name).values();
        }
        long age = nanos.getAsLong() - known.asked();
        if (age < lifeNanos || file.isPaused()) {
            return known.values();
        }
        if (age < 2 * lifeNanos) {
            var unused = file.ask();
            return known.values();
        }
        Known now = answer(file);
        return now == null ? known.values() : now.values();
    }

    private Known first(RemoteFile file, String name) {
        Known known = file.isPaused() ? null : answer(file);
        if (known == null) {
            throw new UncheckedIOException(
                    new IOException("no server says what is in '" + name + "'"));
        }
        return known;
    }

    /** What the servers say now; null when they do not. */
    private @Nullable Known answer(RemoteFile file) {
        try {
            return file.ask().get(limit.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null; // the log has it from the server's side
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private RemoteFile file(String name) {
        if (files.size() >= MOST_FILES && !files.containsKey(name)) {
            files.clear();
        }
        return files.computeIfAbsent(name, it -> new RemoteFile(it, sources, limit, nanos));
    }

    /** A file, or one in a folder; neither is hidden, or climbs. */
    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && !name.startsWith(".")
                && !name.startsWith("/")
                && !name.contains("/.")
                && name.chars().noneMatch(Character::isISOControl);
    }
}
