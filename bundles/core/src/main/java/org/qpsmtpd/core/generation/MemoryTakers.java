package org.qpsmtpd.core.generation;

import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qpsmtpd.core.chain.PluginInstance;

/** Names the plugins whose calls took most memory while that was measured. */
final class MemoryTakers {
    private static final int MOST = 3;
    private static final long MEGA = 1024L * 1024;

    private MemoryTakers() {}

    /** The plugins with the megabytes; empty when none took any. */
    static String of(Stream<PluginInstance> instances) {
        return instances
                .filter(instance -> instance.memoryTaken() >= MEGA)
                .sorted(Comparator.comparing(PluginInstance::memoryTaken).reversed())
                .limit(MOST)
                .map(instance -> instance + " " + instance.memoryTaken() / MEGA + " MB")
                .collect(Collectors.joining(", "));
    }
}
