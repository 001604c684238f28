package org.qpsmtpd.core.generation;

import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.Configuration;
import org.qpsmtpd.core.config.FileUrl;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.gate.OptionValue;

/**
 * A plugin's instance that somebody configured instead of writing a line of config/plugins: by a
 * file {@code NAME-INSTANCE.cfg} in the deploy folder, or with Configuration Admin, as a host does
 * from such a file in a folder of its own.
 *
 * @param plugin the plugin's name
 * @param instance what tells it from others, as in the file's name
 * @param options its options by name
 * @param servers which servers it is for
 * @param place the file, or the configuration's pid
 */
record PluginConfiguration(
        String plugin,
        String instance,
        Map<String, OptionValue> options,
        ServerNames servers,
        String place) {
    private static final String FILE = "felix.fileinstall.filename";

    static Optional<PluginConfiguration> of(Configuration configuration, PluginCatalog catalog) {
        String factory = configuration.getFactoryPid();
        Dictionary<String, Object> properties = configuration.getProperties();
        if (properties == null || properties.get(Made.INSTANCE) != null) {
            return Optional.empty();
        }
        return plugin(factory, catalog).map(name -> of(name, configuration, properties));
    }

    /** Reads what a file beside the exchanged bundles configures. */
    static Optional<PluginConfiguration> of(ConfiguredInstance file, PluginCatalog catalog) {
        Map<String, OptionValue> options = new LinkedHashMap<>(file.options());
        options.keySet().removeIf(PluginConfiguration::isOfTheFramework);
        return plugin(file.pid(), catalog)
                .map(
                        name ->
                                new PluginConfiguration(
                                        name,
                                        file.instance(),
                                        options,
                                        servers(file.options()),
                                        file.place()));
    }

    private static ServerNames servers(Map<String, OptionValue> options) {
        OptionValue value = options.get(ServerNames.PROPERTY);
        List<String> names = value == null ? null : value.texts();
        return ServerNames.of(names == null || names.size() != 1 ? names : names.get(0));
    }

    private static Optional<String> plugin(@Nullable String pid, PluginCatalog catalog) {
        return catalog.names().stream()
                .filter(name -> ConfiguredInstance.pid(name).equals(pid))
                .findFirst();
    }

    private static PluginConfiguration of(
            String plugin, Configuration configuration, Dictionary<String, Object> properties) {
        String pid = configuration.getPid();
        String instance = pid.substring(pid.lastIndexOf('~') + 1);
        Object file = properties.get(FILE);
        Map<String, OptionValue> options = new LinkedHashMap<>();
        Enumeration<String> keys = properties.keys();
        while (keys.hasMoreElements()) {
            String key = keys.nextElement();
            if (!isOfTheFramework(key)) {
                options.put(key, value(properties.get(key)));
            }
        }
        return new PluginConfiguration(
                plugin,
                instance,
                options,
                ServerNames.of(properties.get(ServerNames.PROPERTY)),
                file == null ? "configuration " + pid : FileUrl.path(file.toString()));
    }

    private static boolean isOfTheFramework(String key) {
        return key.startsWith("service.")
                || key.startsWith("felix.fileinstall.")
                || key.startsWith("org.apache.karaf.features.")
                || key.equals(ServerNames.PROPERTY);
    }

    /** Whether it was made from a file in a folder. */
    boolean isFrom(Path folder) {
        return place.startsWith(folder + "/")
                && place.lastIndexOf('/') == folder.toString().length();
    }

    /** Whether a server is to have it. */
    boolean isFor(String server) {
        return servers.include(server);
    }

    private static OptionValue value(@Nullable Object value) {
        if (value instanceof Collection<?> many) {
            List<String> texts = new ArrayList<>();
            many.forEach(one -> texts.add(String.valueOf(one)));
            return new OptionValue(texts, true);
        }
        if (value != null && value.getClass().isArray()) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                texts.add(String.valueOf(Array.get(value, i)));
            }
            return new OptionValue(texts, true);
        }
        return OptionValue.written(String.valueOf(value));
    }

    /** Whether its name is one that no file elsewhere can be meant by. */
    boolean hasPlainName() {
        return !instance.contains("..")
                && !instance.isEmpty()
                && instance.chars()
                        .allMatch(
                                c ->
                                        c < 128
                                                && (Character.isLetterOrDigit(c)
                                                        || ".-_".indexOf(c) >= 0));
    }

    PluginLine line() {
        return new PluginLine(plugin, plugin + ":" + instance, "", false, place);
    }
}
