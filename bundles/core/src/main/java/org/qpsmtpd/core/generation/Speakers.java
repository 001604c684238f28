package org.qpsmtpd.core.generation;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.log.PluginCall;

/**
 * Finds whose line of the log it is that is written outside of a call: the plugin's, and as much of
 * the call as all those have in common whose answers are to come.
 */
final class Speakers {
    private Speakers() {}

    /**
     * @param logger name of a logger, which is that of a class by custom
     */
    static Optional<PluginCall> of(List<Generation> generations, String logger) {
        List<PluginInstance> speakers = holders(generations, instance -> instance.isOf(logger));
        if (speakers.isEmpty()) {
            speakers = holders(generations, instance -> instance.isBeside(logger));
        }
        if (speakers.isEmpty()) {
            return Optional.empty();
        }
        Set<PluginCall> calls = new HashSet<>();
        speakers.forEach(instance -> calls.addAll(instance.pending()));
        String names =
                speakers.stream()
                        .map(PluginInstance::name)
                        .distinct()
                        .collect(Collectors.joining(", "));
        return Optional.of(PluginCall.common(names, speakers.get(0).settings().level(), calls));
    }

    private static List<PluginInstance> holders(
            List<Generation> generations, Predicate<PluginInstance> which) {
        return generations.stream()
                .flatMap(generation -> generation.plugins().stream())
                .filter(which)
                .toList();
    }
}
