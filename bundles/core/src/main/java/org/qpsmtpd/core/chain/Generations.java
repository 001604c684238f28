package org.qpsmtpd.core.chain;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.hook.PostForkHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.chain.InstanceFactory.Made;
import org.qpsmtpd.core.chain.OptionBinder.Options;
import org.qpsmtpd.core.chain.PluginCatalog.Offer;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.log.LogRouter;

/**
 * Builds generations and keeps the current one. An instance whose line and bundle did not change is
 * used again; one that no generation with sessions uses is given back. Used by one thread at a
 * time, but for {@link #current}.
 */
public final class Generations {
    /** The files of the core; when one of them changes there is a new generation. */
    public static final Set<String> CORE_FILES =
            Set.of(
                    "plugins",
                    "logging",
                    "loglevel",
                    "me",
                    "me-auth-results",
                    "smtpgreeting",
                    "databytes",
                    "size_threshold",
                    "spool_dir",
                    "timeout",
                    "timeoutsmtpd",
                    "rcptmax",
                    "lenient_addresses");

    private final InstanceFactory factory;
    private final ConfigDirectory config;
    private final LogRouter log;
    private final String dropLocation;
    private final Map<String, Made> made = new HashMap<>();
    private final Map<Generation, Set<String>> live = new HashMap<>();
    private volatile Generation current = new Generation(0, List.of(), List.of("not yet started"));

    /**
     * @param dropLocation how the location of bundles begins that run without a line of
     *     config/plugins
     */
    public Generations(
            InstanceFactory factory, ConfigDirectory config, LogRouter log, String dropLocation) {
        this.factory = factory;
        this.config = config;
        this.log = log;
        this.dropLocation = dropLocation;
    }

    /** The set of plugins for new sessions. */
    public Generation current() {
        return current;
    }

    /**
     * Builds the next generation from the files and bundles as they are now, and makes it current.
     */
    public void renew() {
        Build build = new Build();
        build.checkFiles();
        build.addLines("logging");
        build.addLines("plugins");
        build.addDropped();
        Generation next = new Generation(current.number() + 1, build.instances, build.faults);
        live.put(next, build.keys);
        current = next;
        useLoggers(next);
        build.fresh.forEach(this::tellBegun);
        build.faults.forEach(fault -> log.log(LogLevel.ERROR, fault));
        if (!build.faults.isEmpty()) {
            log.log(LogLevel.ERROR, "mail is deferred with 421 until this is mended");
        } else if (!next.has(HookPoint.QUEUE)) {
            log.log(
                    LogLevel.ERROR,
                    "config/plugins names no queue plugin: messages are deferred with 451");
        }
        log.log(
                LogLevel.NOTICE,
                "generation " + next.number() + ": " + next.plugins().size() + " plugins");
        retire();
    }

    private void tellBegun(PluginInstance instance) {
        if (instance.plugin() instanceof PostForkHook hook) {
            try {
                hook.onPostFork();
            } catch (RuntimeException e) {
                log.log(LogLevel.CRIT, "FATAL PLUGIN ERROR [" + instance.name() + "]: " + e);
            }
        }
    }

    private void useLoggers(Generation generation) {
        LogLevel builtIn =
                isReadable("loglevel")
                        ? config.value("loglevel")
                                .map(Generations::level)
                                .orElse(LogRouter.DEFAULT_LEVEL)
                        : LogRouter.DEFAULT_LEVEL;
        log.use(generation.hooks(HookPoint.LOGGING, LoggingHook.class), builtIn);
    }

    private boolean isReadable(String name) {
        return problemOf(name).isEmpty();
    }

    private String problemOf(String name) {
        try {
            config.lines(name);
            return "";
        } catch (UncheckedIOException e) {
            return e.getMessage() == null ? name + " cannot be read" : e.getMessage();
        }
    }

    private static LogLevel level(String text) {
        try {
            return LogLevel.parse(text);
        } catch (IllegalArgumentException e) {
            return LogRouter.DEFAULT_LEVEL;
        }
    }

    /** Gives back the instances of generations that no session uses any more. */
    public void retire() {
        Generation now = current;
        live.keySet().removeIf(generation -> generation != now && generation.users() == 0);
        Set<String> used = new HashSet<>();
        live.values().forEach(used::addAll);
        made.entrySet()
                .removeIf(
                        entry -> {
                            boolean unused = !used.contains(entry.getKey());
                            if (unused) {
                                factory.release(entry.getValue());
                            }
                            return unused;
                        });
    }

    /** Gives everything back. */
    public void close() {
        current = new Generation(current.number() + 1, List.of(), List.of("shutting down"));
        made.values().forEach(factory::release);
        made.clear();
        live.clear();
    }

    /** One generation on its way. */
    private final class Build {
        private final PluginCatalog catalog = PluginCatalog.of(factory.context());
        private final List<PluginInstance> instances = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();
        private final Set<String> keys = new HashSet<>();
        private final Set<String> named = new HashSet<>();
        private final List<PluginInstance> fresh = new ArrayList<>();

        /**
         * What the core itself reads must be readable; the plugins' files are the plugins' concern.
         */
        void checkFiles() {
            for (String name : CORE_FILES) {
                String problem = problemOf(name);
                if (!problem.isEmpty()) {
                    faults.add(problem);
                }
            }
        }

        void addLines(String file) {
            if (!isReadable(file)) {
                return;
            }
            for (ConfigLine line : config.lines(file)) {
                PluginLine parsed = PluginLine.parse(line);
                named.add(parsed.plugin());
                if (parsed.isRenamed()) {
                    log.log(
                            LogLevel.WARN,
                            parsed.place()
                                    + ": plugin '"
                                    + parsed.instance()
                                    + "' is called '"
                                    + parsed.plugin()
                                    + "' now");
                }
                add(parsed);
            }
        }

        void addDropped() {
            for (Offer offer : catalog.all()) {
                boolean dropped = offer.bundle().getLocation().startsWith(dropLocation);
                if (dropped && !named.contains(offer.name())) {
                    String place = "bundle " + offer.bundle().getLocation();
                    add(new PluginLine(offer.name(), offer.name(), List.of(), true, place));
                }
            }
        }

        private void add(PluginLine line) {
            try {
                instances.add(instance(line));
            } catch (PluginFault e) {
                String sentence =
                        line.place() + ": plugin '" + line.plugin() + "': " + e.getMessage();
                if (line.optional()) {
                    log.log(LogLevel.WARN, sentence + "; it is left out");
                } else {
                    faults.add(sentence);
                }
            }
        }

        private PluginInstance instance(PluginLine line) throws PluginFault {
            Offer offer = catalog.get(line.plugin());
            if (offer == null) {
                throw new PluginFault(
                        "it is not installed; put its bundle into the deploy folder, or end the line"
                                + " with the word optional");
            }
            Options options = factory.bind(offer, line.words());
            String key = key(line, offer, options);
            Made instance = made.get(key);
            if (instance == null) {
                instance = factory.make(offer, line.instance(), options);
                made.put(key, instance);
                fresh.add(instance.instance());
            }
            keys.add(key);
            return instance.instance();
        }

        private String key(PluginLine line, Offer offer, Options options) {
            String key =
                    offer.bundle().getBundleId()
                            + "@"
                            + offer.bundle().getLastModified()
                            + " "
                            + line.instance()
                            + " "
                            + line.words()
                            + options.level();
            // The same line twice is two instances.
            StringBuilder unique = new StringBuilder(key);
            while (keys.contains(unique.toString())) {
                unique.append('+');
            }
            return unique.toString();
        }
    }
}
