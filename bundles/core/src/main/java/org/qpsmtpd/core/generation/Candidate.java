package org.qpsmtpd.core.generation;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.generation.OptionBinder.Options;
import org.qpsmtpd.core.generation.PluginCatalog.Offer;
import org.qpsmtpd.core.log.LogRouter;

/** One generation on its way: the instances it would have, and what is wrong with it. */
final class Candidate {
    private final InstanceFactory factory;
    private final ConfigDirectory config;
    private final LogRouter log;
    private final Map<String, Made> made;
    private final List<Bundle> wanted;
    private final List<Made> inUse;
    private final PluginCatalog catalog;
    private final FormerNames formerNames;
    private final List<PluginInstance> instances = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private final List<String> plugins = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final Set<String> named = new HashSet<>();
    private boolean rehearsal;

    /**
     * What is wrong.
     *
     * @param sentence for the administrator
     * @param bundle whose plugin it is about; null when it is about none
     * @param passing whether another attempt soon may succeed with nothing changed
     */
    record Fault(String sentence, @Nullable Bundle bundle, boolean passing) {}

    /**
     * @param made the instances there are, by key; new ones are added
     * @param wanted the exchanged bundles that are to be used
     * @param inUse the instances that new sessions have now
     */
    Candidate(
            InstanceFactory factory,
            ConfigDirectory config,
            LogRouter log,
            Map<String, Made> made,
            List<Bundle> wanted,
            List<Made> inUse) {
        this.factory = factory;
        this.config = config;
        this.log = log;
        this.made = made;
        this.wanted = List.copyOf(wanted);
        this.inUse = List.copyOf(inUse);
        catalog = PluginCatalog.of(factory.context(), this::isVisible);
        formerNames = catalog.formerNames();
    }

    private boolean isVisible(Bundle bundle) {
        return !bundle.getLocation().startsWith(BundleSource.LOCATION) || wanted.contains(bundle);
    }

    List<Bundle> wanted() {
        return wanted;
    }

    List<PluginInstance> instances() {
        return instances;
    }

    /** What identifies the instances, in their order. */
    List<String> keys() {
        return keys;
    }

    List<Fault> faults() {
        return faults;
    }

    List<String> sentences() {
        return faults.stream().map(Fault::sentence).distinct().toList();
    }

    /** Whether another attempt soon may succeed with nothing changed. */
    boolean isWorthAnotherAttempt() {
        return faults.stream().anyMatch(Fault::passing);
    }

    /** Whether a line names the plugin. */
    boolean names(String plugin) {
        return named.contains(plugin);
    }

    /** Whether a bundle or a service provides the plugin. */
    boolean offers(String plugin) {
        return catalog.get(plugin) != null || plain(plugin) != null;
    }

    /** Looks at files, bundles and services, and makes the instances that are not there yet. */
    void build() {
        checkFiles();
        addLines(CoreFile.LOGGING.file());
        addLines(CoreFile.PLUGINS.file());
        addConfigurations();
        addDropped();
        addPlain();
        checkConfigured();
    }

    /**
     * Makes what lines name, and nothing that no line does.
     *
     * @param lines those of the files, as far as they can be read
     */
    void rehearse(List<ConfigLine> lines) {
        rehearsal = true;
        addLines(lines);
    }

    /** What the core itself reads must be readable; the plugins' files are the plugins' concern. */
    private void checkFiles() {
        for (String name : CoreFile.NAMES) {
            String problem = problemOf(name);
            if (!problem.isEmpty()) {
                faults.add(new Fault(problem, null, false));
            }
        }
    }

    private String problemOf(String name) {
        try {
            config.lines(name);
            return "";
        } catch (UncheckedIOException e) {
            return e.getMessage() == null ? name + " cannot be read" : e.getMessage();
        }
    }

    private void addLines(String file) {
        if (!problemOf(file).isEmpty()) {
            return;
        }
        addLines(config.lines(file));
    }

    private void addLines(List<ConfigLine> lines) {
        for (ConfigLine line : lines) {
            PluginLine parsed = PluginLine.parse(line, formerNames);
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
            add(parsed, false);
        }
    }

    private void addConfigurations() {
        for (PluginConfiguration configuration : factory.foreign().of(catalog)) {
            if (!configuration.hasPlainName()) {
                log.log(
                        LogLevel.WARN,
                        configuration.place()
                                + ": the name of a configuration may hold letters, digits, '-', '_'"
                                + " and '.' only; it is left out");
                continue;
            }
            named.add(configuration.plugin());
            PluginLine line = configuration.line();
            Offer offer = catalog.get(configuration.plugin());
            if (offer == null) {
                continue; // it was found by an offer's name
            }
            try {
                Options options = factory.declarations().bind(offer, configuration.options());
                String text = "cfg " + configuration.options();
                use(offer, line, options, text, placeOf(offer.before()));
            } catch (PluginFault e) {
                fault(line, e, offer.bundle());
            }
        }
    }

    private void addDropped() {
        for (Offer offer : catalog.all()) {
            boolean runs = (offer.bundle().getState() & (Bundle.ACTIVE | Bundle.STARTING)) != 0;
            if (runs && wanted.contains(offer.bundle()) && !named.contains(offer.name())) {
                String place = "bundle " + offer.bundle().getSymbolicName();
                add(new PluginLine(offer.name(), offer.name(), "", true, place), true);
            }
        }
    }

    /** Services that bundles registered by themselves and that no line names. */
    private void addPlain() {
        for (ServiceReference<?> reference : factory.services().plain()) {
            String name = HookServices.name(reference);
            if (!named.contains(name) && isVisible(reference.getBundle())) {
                String place = "service of bundle " + reference.getBundle().getSymbolicName();
                PluginLine line = new PluginLine(name, name, "", true, place);
                try {
                    usePlain(reference, line, placeOf(HookServices.before(reference)));
                } catch (PluginFault e) {
                    fault(line, e, reference.getBundle());
                }
            }
        }
    }

    private @Nullable ServiceReference<?> plain(String name) {
        for (ServiceReference<?> reference : factory.services().plain()) {
            if (HookServices.name(reference).equals(name) && isVisible(reference.getBundle())) {
                return reference;
            }
        }
        return null;
    }

    /** Behind all, or before the first of the plugins named. */
    private int placeOf(List<String> before) {
        return PluginLine.place(plugins, before);
    }

    /**
     * @param unasked whether no line gives it its place
     */
    private void add(PluginLine line, boolean unasked) {
        Offer offer = catalog.get(line.plugin());
        try {
            if (offer == null) {
                usePlain(required(line), line, plugins.size());
            } else {
                Options options = factory.declarations().bind(offer, line.arguments());
                int place = unasked ? placeOf(offer.before()) : plugins.size();
                use(offer, line, options, line.arguments(), place);
            }
        } catch (PluginFault e) {
            fault(line, e, offer == null ? replacement(line.plugin()) : offer.bundle());
        }
    }

    /**
     * The bundle that took the place of the one that a plugin in use is of; null for none. When the
     * plugin is not there any more, that bundle is why.
     */
    private @Nullable Bundle replacement(String plugin) {
        for (Made used : inUse) {
            Optional<Bundle> next =
                    used.plugin().equals(plugin)
                            ? factory.exchange().successor(used.bundle())
                            : Optional.empty();
            if (next.isPresent() && wanted.contains(next.get())) {
                return next.get();
            }
        }
        return null;
    }

    /** A plugin that only a configuration names must not go because its bundle was replaced. */
    private void checkConfigured() {
        Set<String> pids = factory.foreign().pids();
        Set<String> gone = new TreeSet<>();
        for (Made used : inUse) {
            boolean configured = pids.contains(ConfiguredInstance.pid(used.plugin()));
            if (configured && !named.contains(used.plugin()) && !offers(used.plugin())) {
                gone.add(used.plugin());
            }
        }
        for (String plugin : gone) {
            Bundle next = replacement(plugin);
            if (next != null) {
                String sentence = "plugin '" + plugin + "', which is configured: " + lacks(next);
                faults.add(new Fault(sentence, next, false));
            }
        }
    }

    private static String lacks(Bundle replacement) {
        return "its bundle was replaced by "
                + replacement.getSymbolicName()
                + " "
                + replacement.getVersion()
                + ", which does not have it";
    }

    private ServiceReference<?> required(PluginLine line) throws PluginFault {
        ServiceReference<?> reference = plain(line.plugin());
        if (reference == null) {
            Bundle next = replacement(line.plugin());
            throw new PluginFault(
                    next == null
                            ? "it " + line.absence(factory.exchange().absence(line.plugin()))
                            : lacks(next));
        }
        if (!line.arguments().isEmpty()) {
            throw new PluginFault("it takes no options, it is a plain service");
        }
        return reference;
    }

    private void fault(PluginLine line, PluginFault problem, @Nullable Bundle bundle) {
        String sentence =
                line.place() + ": plugin '" + line.plugin() + "': " + problem.getMessage();
        boolean exchanged = bundle != null && wanted.contains(bundle);
        if (line.optional() && !exchanged && !problem.isPassing()) {
            log.log(LogLevel.WARN, sentence + "; it is left out");
        } else {
            faults.add(
                    new Fault(sentence, problem.isPassing() ? null : bundle, problem.isPassing()));
        }
    }

    private void use(Offer offer, PluginLine line, Options options, String text, int place)
            throws PluginFault {
        String key =
                unique(
                        offer.bundle().getBundleId()
                                + "@"
                                + offer.bundle().getLastModified()
                                + " "
                                + line.instance()
                                + " "
                                + text);
        Made instance = made.get(key);
        if (instance == null) {
            instance = factory.make(offer, line, options);
        }
        take(key, instance, place);
    }

    private void usePlain(ServiceReference<?> reference, PluginLine line, int place)
            throws PluginFault {
        if (rehearsal) {
            return; // there is one, and it is in use
        }
        String key = unique("service " + HookServices.id(reference));
        Made instance = made.get(key);
        if (instance == null) {
            instance = factory.adopt(reference, line);
        }
        take(key, instance, place);
    }

    private void take(String key, Made instance, int place) {
        made.put(key, instance);
        keys.add(place, key);
        plugins.add(place, instance.plugin());
        instances.add(place, instance.instance());
    }

    /** The same line twice is two instances. */
    private String unique(String key) {
        StringBuilder unique = new StringBuilder(key);
        while (keys.contains(unique.toString())) {
            unique.append('+');
        }
        return unique.toString();
    }
}
