package org.qpsmtpd.core.generation;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.osgi.service.metatype.AttributeDefinition;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.generation.OptionBinderTest.Attribute;

/** Plugins that a test declares, with the options it gives them. */
public final class DeclaredPlugins implements KnownPlugins {
    private record Declared(OptionBinder binder, Set<HookPoint> hooks) {}

    private final Map<String, Declared> plugins = new TreeMap<>();
    private final Set<String> unasked = new TreeSet<>();
    private final Map<String, List<String>> before = new TreeMap<>();
    private final Map<String, HookPoint> decides = new TreeMap<>();
    private final Map<String, String> absences = new TreeMap<>();

    public DeclaredPlugins with(String name, Set<HookPoint> hooks, AttributeDefinition... options) {
        return with(name, hooks, List.of(), options);
    }

    public DeclaredPlugins with(
            String name,
            Set<HookPoint> hooks,
            List<String> positional,
            AttributeDefinition... options) {
        Map<String, AttributeDefinition> attributes =
                Arrays.stream(options)
                        .collect(Collectors.toMap(AttributeDefinition::getID, Function.identity()));
        OptionBinder binder = new OptionBinder(attributes, Set.of("reject"), positional);
        plugins.put(name, new Declared(binder, hooks));
        return this;
    }

    public DeclaredPlugins withUnasked(String name, HookPoint hook) {
        unasked.add(name);
        return with(name, Set.of(hook));
    }

    public DeclaredPlugins withUnaskedBefore(String name, HookPoint hook, String... others) {
        before.put(name, List.of(others));
        return withUnasked(name, hook);
    }

    public DeclaredPlugins deciding(String name, HookPoint hook) {
        decides.put(name, hook);
        return this;
    }

    public DeclaredPlugins absent(String name, String why) {
        absences.put(name, why);
        return this;
    }

    @Override
    public List<String> before(String plugin) {
        return before.getOrDefault(plugin, List.of());
    }

    @Override
    public boolean decides(String plugin, HookPoint hook) {
        return decides.get(plugin) == hook;
    }

    @Override
    public Optional<String> absence(String plugin) {
        return Optional.ofNullable(absences.get(plugin));
    }

    /** An option of one value. */
    public static AttributeDefinition option(String name, int type, String... allowed) {
        return new Attribute(name, type, 0, List.of(allowed));
    }

    /** An option of any number of texts. */
    public static AttributeDefinition list(String name) {
        return new Attribute(name, AttributeDefinition.STRING, Integer.MAX_VALUE, List.of());
    }

    @Override
    public Set<String> names() {
        return plugins.keySet();
    }

    @Override
    public Set<String> unasked() {
        return unasked;
    }

    @Override
    public Optional<String> fault(String plugin, String arguments) {
        try {
            var unused = get(plugin).binder().bind(arguments);
            return Optional.empty();
        } catch (PluginFault e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean answers(String plugin, HookPoint hook) {
        return get(plugin).hooks().contains(hook);
    }

    private Declared get(String plugin) {
        Declared declared = plugins.get(plugin);
        if (declared == null) {
            throw new IllegalArgumentException(plugin);
        }
        return declared;
    }
}
