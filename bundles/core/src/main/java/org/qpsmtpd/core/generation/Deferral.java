package org.qpsmtpd.core.generation;

import java.util.List;
import java.util.function.Consumer;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.log.LogRouter;

/** Says why a new generation defers mail. */
final class Deferral {
    private final LogRouter log;
    private final ConfigDirectory config;

    Deferral(LogRouter log, ConfigDirectory config) {
        this.log = log;
        this.config = config;
    }

    /** Names each of its faults; what cannot be read was named when it was to be read. */
    void tell(Generation next) {
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
        teller.accept("mail is deferred with 421 until this is mended");
    }
}
