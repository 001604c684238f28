package org.qpsmtpd.core.chain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.core.chain.PluginCatalog.Offer;

/**
 * The plugins that the framework's bundles advertise at the moment it is made. Reads what the
 * bundles declare; no plugin is made.
 */
public final class InstalledPlugins implements KnownPlugins {
    private final InstanceFactory factory;
    private final ServiceComponentRuntime components;
    private final Map<String, Offer> offers = new LinkedHashMap<>();

    /**
     * Looks what is installed.
     *
     * @param factory checks options
     * @param components knows which class provides a plugin
     */
    public InstalledPlugins(InstanceFactory factory, ServiceComponentRuntime components) {
        this.factory = factory;
        this.components = components;
        PluginCatalog.of(factory.context()).all().forEach(offer -> offers.put(offer.name(), offer));
    }

    @Override
    public Set<String> names() {
        return new TreeSet<>(offers.keySet());
    }

    @Override
    public Optional<String> fault(String plugin, List<String> words) {
        try {
            var unused = factory.bind(offer(plugin), words);
            return Optional.empty();
        } catch (PluginFault e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean answers(String plugin, HookPoint hook) {
        Offer offer = offer(plugin);
        String pid = PluginLine.pid(plugin);
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

    private Offer offer(String plugin) {
        Offer offer = offers.get(plugin);
        if (offer == null) {
            throw new IllegalArgumentException("plugin " + plugin + " is not installed");
        }
        return offer;
    }
}
