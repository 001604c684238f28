package org.qpsmtpd.core.generation;

import java.io.UncheckedIOException;
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
import org.qpsmtpd.core.client.ClientLists;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.generation.ListDraft.Fault;
import org.qpsmtpd.core.generation.OptionBinder.Options;
import org.qpsmtpd.core.generation.PluginCatalog.Offer;
import org.qpsmtpd.core.log.LogRouter;

/** One generation on its way: the lists it would have, and what is wrong with them. */
final class Candidate {
    private final InstanceFactory factory;
    private final ConfigDirectory config;
    private final LogRouter log;
    private final Stock stock;
    private final List<Bundle> wanted;
    private final List<Made> inUse;
    private final PluginCatalog catalog;
    private final FormerNames formerNames;
    private final ListDrafts drafts = new ListDrafts();
    private final Set<String> named = new HashSet<>();
    private final Set<String> warned = new HashSet<>();
    private boolean rehearsal;

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
        stock = new Stock(factory, made);
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

    /** The lists, and what is wrong with them. */
    ListDrafts drafts() {
        return drafts;
    }

    /** Whether another attempt soon may succeed with nothing changed. */
    boolean isWorthAnotherAttempt() {
        return drafts.faults().stream().anyMatch(Fault::passing);
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
        addLists(
                new ListPlan.Source() {
                    @Override
                    public List<ConfigLine> lines(String name) {
                        return problemOf(name).isEmpty() ? config.lines(name) : List.of();
                    }

                    @Override
                    public List<String> namesIn(String folder) {
                        return config.namesIn(folder);
                    }
                });
        drafts.lists().forEach(this::addConfigurations);
        drafts.lists().forEach(this::addDropped);
        drafts.lists().forEach(this::addPlain);
        checkConfigured();
    }

    /** Makes what lines name, as far as they can be read, and nothing that no line does. */
    void rehearse(ListPlan.Source source) {
        rehearsal = true;
        addLists(source);
    }

    private void addLists(ListPlan.Source source) {
        ListPlan plan = ListPlan.of(source);
        drafts.begin(plan.clients());
        plan.faults().forEach(fault -> drafts.add(new Fault(fault, null, false)));
        if (plan.peers()) {
            addLines(drafts.first(), CoreFile.PLUGINS.file(), source);
        }
        for (ListDraft list : drafts.lists()) {
            addLines(list, CoreFile.LOGGING.file(), source);
            addLines(list, list.name(), source);
            addProblem(list, plan, source);
        }
    }

    /** The usual list may be absent; one that somebody names may not. */
    private void addProblem(ListDraft list, ListPlan plan, ListPlan.Source source) {
        String name = list.name();
        String problem = rehearsal ? "" : problemOf(name);
        boolean absent = !name.equals(ClientLists.USUAL) && source.lines(name).isEmpty();
        if (!problem.isEmpty() || absent) {
            String sentence = problem.isEmpty() ? plan.absence(name) : problem;
            list.add(new Fault(sentence, null, false));
        }
    }

    /** What the core itself reads must be readable; the plugins' files are the plugins' concern. */
    private void checkFiles() {
        for (String name : CoreFile.NAMES) {
            String problem = problemOf(name);
            if (!problem.isEmpty()) {
                drafts.add(new Fault(problem, null, false));
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

    private void addLines(ListDraft list, String file, ListPlan.Source source) {
        for (ConfigLine line : ListPlan.ofPlugins(file, source.lines(file))) {
            PluginLine parsed = PluginLine.parse(line, formerNames);
            named.add(parsed.plugin());
            if (parsed.isRenamed()) {
                warn(
                        parsed.place()
                                + ": plugin '"
                                + parsed.instance()
                                + "' is called '"
                                + parsed.plugin()
                                + "' now");
            }
            add(list, parsed, false);
        }
    }

    /** Once, however many lists have the line. */
    private void warn(String sentence) {
        if (warned.add(sentence)) {
            log.log(LogLevel.WARN, sentence);
        }
    }

    private void addConfigurations(ListDraft list) {
        for (PluginConfiguration configuration : factory.foreign().of(catalog)) {
            if (!configuration.hasPlainName()) {
                warn(
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
                stock.use(list, offer, line, options, text, list.placeOf(offer.before()));
            } catch (PluginFault e) {
                fault(list, line, e, offer.bundle());
            }
        }
    }

    private void addDropped(ListDraft list) {
        for (Offer offer : catalog.all()) {
            boolean runs = (offer.bundle().getState() & (Bundle.ACTIVE | Bundle.STARTING)) != 0;
            if (runs && wanted.contains(offer.bundle()) && !named.contains(offer.name())) {
                String place = "bundle " + offer.bundle().getSymbolicName();
                add(list, new PluginLine(offer.name(), offer.name(), "", true, place), true);
            }
        }
    }

    /** Services that bundles registered by themselves and that no line names. */
    private void addPlain(ListDraft list) {
        for (ServiceReference<?> reference : factory.services().plain()) {
            String name = HookServices.name(reference);
            if (!named.contains(name) && isVisible(reference.getBundle())) {
                String place = "service of bundle " + reference.getBundle().getSymbolicName();
                PluginLine line = new PluginLine(name, name, "", true, place);
                try {
                    int at = list.placeOf(HookServices.before(reference));
                    usePlain(list, reference, line, at);
                } catch (PluginFault e) {
                    fault(list, line, e, reference.getBundle());
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

    /**
     * @param unasked whether no line gives it its place
     */
    private void add(ListDraft list, PluginLine line, boolean unasked) {
        Offer offer = catalog.get(line.plugin());
        try {
            if (offer == null) {
                usePlain(list, required(line), line, list.end());
            } else {
                Options options = factory.declarations().bind(offer, line.arguments());
                int place = unasked ? list.placeOf(offer.before()) : list.end();
                stock.use(list, offer, line, options, line.arguments(), place);
            }
        } catch (PluginFault e) {
            fault(list, line, e, offer == null ? replacement(line.plugin()) : offer.bundle());
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
                drafts.add(new Fault(sentence, next, false));
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

    private void fault(
            ListDraft list, PluginLine line, PluginFault problem, @Nullable Bundle bundle) {
        String sentence =
                line.place() + ": plugin '" + line.plugin() + "': " + problem.getMessage();
        boolean exchanged = bundle != null && wanted.contains(bundle);
        if (line.optional() && !exchanged && !problem.isPassing()) {
            warn(sentence + "; it is left out");
        } else {
            list.add(new Fault(sentence, problem.isPassing() ? null : bundle, problem.isPassing()));
        }
    }

    private void usePlain(ListDraft list, ServiceReference<?> reference, PluginLine line, int place)
            throws PluginFault {
        if (!rehearsal) { // there is one, and it is in use
            stock.usePlain(list, reference, line, place);
        }
    }
}
