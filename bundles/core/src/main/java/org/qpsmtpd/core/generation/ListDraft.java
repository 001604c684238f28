package org.qpsmtpd.core.generation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.qpsmtpd.core.chain.PluginInstance;

/** One plugin list on its way: its instances in order, and what is wrong with it. */
final class ListDraft {
    private final String name;
    private final List<PluginInstance> instances = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private final List<String> plugins = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();

    /**
     * What is wrong.
     *
     * @param sentence for the administrator
     * @param bundle whose plugin it is about; null when it is about none
     * @param passing whether another attempt soon may succeed with nothing changed
     */
    record Fault(String sentence, @Nullable Bundle bundle, boolean passing) {}

    /**
     * @param name name of the file that names the plugins
     */
    ListDraft(String name) {
        this.name = name;
    }

    String name() {
        return name;
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

    void add(Fault fault) {
        faults.add(fault);
    }

    /** Behind all. */
    int end() {
        return plugins.size();
    }

    /** Behind all, or before the first of the plugins named. */
    int placeOf(List<String> before) {
        return PluginLine.place(plugins, before);
    }

    void take(String key, Made made, int place) {
        keys.add(place, key);
        plugins.add(place, made.plugin());
        instances.add(place, made.instance());
    }

    /** The same line twice is two instances. */
    String unique(String key) {
        StringBuilder unique = new StringBuilder(key);
        while (keys.contains(unique.toString())) {
            unique.append('+');
        }
        return unique.toString();
    }
}
