package org.qpsmtpd.core.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.qpsmtpd.api.plugin.Plugin;

/**
 * Which installed bundle provides which plugin, read from what the bundles advertise. When two
 * bundles provide the same name, the one with the newer version is used, then the one installed
 * last.
 */
final class PluginCatalog {
    /**
     * A plugin that a bundle provides.
     *
     * @param positional names of options given by position
     * @param before the plugins that it stands before while no line names it
     * @param decides the hooks at which none behind it is asked
     * @param files the files of the configuration directory that it reads
     * @param formerly its former names, as {@link Plugin#formerly} has them
     * @param accepts where it accepts, as {@link Plugin#accepts} has it
     * @param paths names of options that hold a path
     */
    record Offer(
            String name,
            Bundle bundle,
            List<String> positional,
            List<String> before,
            List<String> decides,
            List<String> files,
            List<String> formerly,
            List<String> accepts,
            List<String> paths) {}

    private final Map<String, Offer> offers = new LinkedHashMap<>();

    static PluginCatalog of(BundleContext context) {
        return of(context, bundle -> true);
    }

    static PluginCatalog of(BundleContext context, Predicate<Bundle> visible) {
        PluginCatalog catalog = new PluginCatalog();
        for (Bundle bundle : context.getBundles()) {
            if (!visible.test(bundle)) {
                continue;
            }
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            if (revision != null) {
                revision.getDeclaredCapabilities(Plugin.NAMESPACE)
                        .forEach(capability -> catalog.add(bundle, capability));
            }
        }
        return catalog;
    }

    private void add(Bundle bundle, BundleCapability capability) {
        Map<String, Object> attributes = capability.getAttributes();
        String name = String.valueOf(attributes.get("name"));
        Offer offer =
                new Offer(
                        name,
                        bundle,
                        texts(attributes.get("positional")),
                        texts(attributes.get("before")),
                        texts(attributes.get("decides")),
                        texts(attributes.get("files")),
                        texts(attributes.get("formerly")),
                        texts(attributes.get("accepts")),
                        texts(attributes.get("paths")));
        offers.merge(name, offer, PluginCatalog::newer);
    }

    private static Offer newer(Offer a, Offer b) {
        int byVersion = a.bundle().getVersion().compareTo(b.bundle().getVersion());
        boolean first =
                byVersion == 0
                        ? a.bundle().getBundleId() > b.bundle().getBundleId()
                        : byVersion > 0;
        return first ? a : b;
    }

    /** One text or several, as attributes of capabilities and services have them. */
    static List<String> texts(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        if (value instanceof String[] array) {
            return Arrays.asList(array);
        }
        return value == null || value.toString().isEmpty() ? List.of() : List.of(value.toString());
    }

    @Nullable Offer get(String name) {
        return offers.get(name);
    }

    Set<String> names() {
        return offers.keySet();
    }

    /** What the plugins say of their former names. */
    FormerNames formerNames() {
        Map<String, List<String>> declared = new LinkedHashMap<>();
        offers.forEach((name, offer) -> declared.put(name, offer.formerly()));
        return FormerNames.of(declared);
    }

    List<Offer> all() {
        return new ArrayList<>(offers.values());
    }
}
