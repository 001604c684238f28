package org.qpsmtpd.console.command;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandProcessor;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleRevision;
import org.qpsmtpd.api.plugin.Plugin;

/** The commands that bundles of plugins bring: Gogo's services of whatever scope. */
final class PluginCommands {
    private static final String FILTER =
            "(&("
                    + CommandProcessor.COMMAND_SCOPE
                    + "=*)("
                    + CommandProcessor.COMMAND_FUNCTION
                    + "=*))";

    private PluginCommands() {}

    /** Each command as {@code SCOPE:NAME}, with what is known of it. */
    static SortedMap<String, String> of(BundleContext context) {
        SortedMap<String, String> found = new TreeMap<>();
        try {
            ServiceReference<?>[] all = context.getAllServiceReferences(null, FILTER);
            for (ServiceReference<?> each : all == null ? new ServiceReference<?>[0] : all) {
                String plugins = pluginsOf(each.getBundle());
                Object scope = each.getProperty(CommandProcessor.COMMAND_SCOPE);
                if (!plugins.isEmpty()) {
                    namesOf(each)
                            .forEach(
                                    name ->
                                            found.put(
                                                    scope + ":" + name,
                                                    "Of the plugin " + plugins + "."));
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    /** The plugins of a bundle; empty when it is none of a plugin, or has just gone. */
    private static String pluginsOf(@Nullable Bundle bundle) {
        @Nullable BundleRevision revision =
                bundle == null ? null : bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return "";
        }
        return revision.getDeclaredCapabilities(Plugin.NAMESPACE).stream()
                .map(capability -> String.valueOf(capability.getAttributes().get("name")))
                .collect(Collectors.joining(", "));
    }

    private static List<String> namesOf(ServiceReference<?> reference) {
        Object names = reference.getProperty(CommandProcessor.COMMAND_FUNCTION);
        if (names instanceof Object[] array) {
            return Arrays.stream(array).map(String::valueOf).toList();
        }
        return names instanceof Collection<?> many
                ? many.stream().map(String::valueOf).toList()
                : List.of(String.valueOf(names));
    }
}
