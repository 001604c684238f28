package org.qpsmtpd.core.generation;

import java.util.List;
import java.util.function.Consumer;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.PluginList;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.log.LogRouter;

/** Says in the log what a new generation is, and what is wrong with it. */
final class Announcement {
    private final LogRouter log;
    private final ConfigDirectory config;

    Announcement(LogRouter log, ConfigDirectory config) {
        this.log = log;
        this.config = config;
    }

    /**
     * @param before warnings that were said of the one before
     */
    void tell(Generation next, List<String> before) {
        next.warnings().stream()
                .filter(warning -> !before.contains(warning))
                .forEach(warning -> log.log(LogLevel.WARN, warning));
        if (!next.faults().isEmpty()) {
            tellFaults(next);
        }
        for (PluginList list : next.lists()) {
            if (list.faults().isEmpty()) {
                list.lacksQueue().ifPresent(sentence -> log.log(LogLevel.ERROR, sentence));
            }
        }
        int lists = next.lists().size();
        log.log(
                LogLevel.NOTICE,
                "generation "
                        + next.number()
                        + ": "
                        + next.plugins().size()
                        + " plugins"
                        + (lists == 1 ? "" : " in " + lists + " lists"));
    }

    /** Names each of its faults; what cannot be read was named when it was to be read. */
    private void tellFaults(Generation next) {
        boolean first = next.number() == 1;
        // Who starts the server looks at the terminal, not into the file of a logging plugin.
        Consumer<String> teller = first ? log::alarm : fault -> log.log(LogLevel.ERROR, fault);
        List<String> told = config.failures();
        for (String fault : next.faults()) {
            if (!told.contains(fault)) {
                teller.accept(fault);
            } else if (first) {
                log.repeat(fault);
            }
        }
        teller.accept(whose(next) + " is deferred with 421 until this is mended");
    }

    private static String whose(Generation next) {
        List<String> faulty = next.faultyLists();
        return faulty.size() == next.lists().size()
                ? "mail"
                : "mail of clients with the plugin list " + String.join(", ", faulty);
    }
}
