package org.qpsmtpd.core.generation;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.generation.OptionBinder.Options;
import org.qpsmtpd.core.generation.PluginCatalog.Offer;

/**
 * The plugins that there are in the framework at the moment it is made. Reads what bundles and
 * services declare; no plugin is made.
 */
public final class InstalledPlugins implements KnownPlugins {
    private final InstanceFactory factory;
    private final ServiceComponentRuntime components;
    private final List<Bundle> wanted;
    private final PluginCatalog catalog;
    private final List<ServiceReference<?>> services;
    private final FileServices fileServices;
    private final Set<String> unasked = new TreeSet<>();

    /** Looks what is installed, whatever the health gate thinks of it. */
    public InstalledPlugins(InstanceFactory factory, ServiceComponentRuntime components) {
        this(
                factory,
                components,
                Arrays.stream(factory.context().getBundles())
                        .filter(InstalledPlugins::isExchanged)
                        .toList());
    }

    /**
     * Looks what is installed.
     *
     * @param factory checks options
     * @param components knows which class provides a plugin
     * @param wanted the exchanged bundles that are to be used, as {@link BundleSource#wanted}
     */
    public InstalledPlugins(
            InstanceFactory factory, ServiceComponentRuntime components, List<Bundle> wanted) {
        this.factory = factory;
        this.components = components;
        this.wanted = List.copyOf(wanted);
        catalog =
                PluginCatalog.of(
                        factory.context(),
                        bundle -> !isExchanged(bundle) || wanted.contains(bundle));
        services =
                factory.services().plain().stream()
                        .filter(reference -> isUsed(reference.getBundle(), wanted))
                        .toList();
        fileServices = FileServices.in(factory.context());
        services.forEach(reference -> unasked.add(HookServices.name(reference)));
        catalog.all().stream()
                .filter(offer -> wanted.contains(offer.bundle()))
                .forEach(offer -> unasked.add(offer.name()));
        factory.foreign().of(catalog).forEach(configuration -> unasked.add(configuration.plugin()));
    }

    private static boolean isExchanged(Bundle bundle) {
        return bundle.getLocation().startsWith(BundleSource.LOCATION);
    }

    /** A service that has just gone has no bundle. */
    private static boolean isUsed(@Nullable Bundle bundle, List<Bundle> wanted) {
        return bundle != null && (!isExchanged(bundle) || wanted.contains(bundle));
    }

    @Override
    public Set<String> names() {
        Set<String> names = new TreeSet<>(unasked);
        catalog.all().forEach(offer -> names.add(offer.name()));
        return names;
    }

    @Override
    public Set<String> unasked() {
        return unasked;
    }

    @Override
    public Optional<String> fault(String plugin, String arguments) {
        Offer offer = catalog.get(plugin);
        if (offer == null) {
            return arguments.isEmpty()
                    ? Optional.empty()
                    : Optional.of("it takes no options, it is a plain service");
        }
        try {
            var unused = factory.declarations().bind(offer, arguments);
            return Optional.empty();
        } catch (PluginFault e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public FormerNames formerNames() {
        return catalog.formerNames();
    }

    @Override
    public List<String> remarks(String plugin, String arguments) {
        return options(plugin, arguments).map(Options::remarks).orElse(List.of());
    }

    @Override
    public boolean accepts(String plugin, String arguments, HookPoint hook) {
        Offer offer = catalog.get(plugin);
        if (offer == null || offer.accepts().isEmpty()) {
            return true;
        }
        for (String declared : offer.accepts()) {
            String[] words = declared.split(" ", 2);
            if (words[0].equals(hook.hookName())) {
                return words.length == 1
                        || options(plugin, arguments).filter(o -> o.has(words[1])).isPresent();
            }
        }
        return false;
    }

    /** What a line's words come to; absent when they are wrong or there are none to have. */
    private Optional<Options> options(String plugin, String arguments) {
        Offer offer = catalog.get(plugin);
        try {
            return offer == null
                    ? Optional.empty()
                    : Optional.of(factory.declarations().bind(offer, arguments));
        } catch (PluginFault e) {
            return Optional.empty();
        }
    }

    @Override
    public Trial rehearse(List<Path> directories) {
        return Trial.begin(factory, directories, wanted);
    }

    /** Plugins that are in use anyway, and the bundles that are no plugins. */
    public Trial using(List<PluginInstance> plugins) {
        return Trial.of(plugins, fileServices);
    }

    @Override
    public Set<String> files() {
        Set<String> files = new TreeSet<>(fileServices.files());
        catalog.all().forEach(offer -> files.addAll(offer.files()));
        return files;
    }

    @Override
    public boolean answers(String plugin, HookPoint hook) {
        Offer offer = catalog.get(plugin);
        return offer == null ? isService(plugin, hook) : isComponent(offer, hook);
    }

    @Override
    public List<String> before(String plugin) {
        Offer offer = catalog.get(plugin);
        if (offer != null) {
            return offer.before();
        }
        return services.stream()
                .filter(reference -> HookServices.name(reference).equals(plugin))
                .flatMap(reference -> HookServices.before(reference).stream())
                .toList();
    }

    @Override
    public boolean decides(String plugin, HookPoint hook) {
        Offer offer = catalog.get(plugin);
        return offer != null && offer.decides().contains(hook.hookName());
    }

    @Override
    public Optional<String> absence(String plugin) {
        return factory.exchange().absence(plugin);
    }

    private boolean isService(String plugin, HookPoint hook) {
        return services.stream()
                .filter(reference -> HookServices.name(reference).equals(plugin))
                .map(reference -> (String[]) reference.getProperty(Constants.OBJECTCLASS))
                .anyMatch(types -> List.of(types).contains(hook.type().getName()));
    }

    private boolean isComponent(Offer offer, HookPoint hook) {
        String pid = ConfiguredInstance.pid(offer.name());
        for (ComponentDescriptionDTO component :
                components.getComponentDescriptionDTOs(offer.bundle())) {
            if (List.of(component.configurationPid).contains(pid)) {
                return isAnswered(offer, component.implementationClass, hook);
            }
        }
        return false;
    }

    /** Looks at the class without running any of it. */
    private static boolean isAnswered(Offer offer, String name, HookPoint hook) {
        try {
            return hook.type().isAssignableFrom(offer.bundle().loadClass(name));
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // the plugin cannot be made either
        }
    }
}
