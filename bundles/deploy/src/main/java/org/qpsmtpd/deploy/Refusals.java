package org.qpsmtpd.deploy;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.qpsmtpd.deploy.Roster.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refuses files: in the roster, in the log and in a note beside the file. For any thread. */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private final Roster roster;
    private final Departures departures;
    private final RejectedNote notes;
    private final Executor executor;
    private final String folder;

    /**
     * Makes the place of refusals.
     *
     * @param executor the one thread that writes notes
     * @param folder name of the folder, for the log
     */
    Refusals(
            Roster roster,
            Departures departures,
            RejectedNote notes,
            Executor executor,
            String folder) {
        this.roster = roster;
        this.departures = departures;
        this.notes = notes;
        this.executor = executor;
        this.folder = folder;
    }

    /**
     * Refuses a content of a jar that did not become a bundle.
     *
     * @param before why it was refused before, when it is only tried again; the same is not logged
     *     twice
     */
    void refuse(String jar, JarFault fault, Optional<JarFault> before) {
        tell(jar, fault, before, roster.refuse(jar, fault));
    }

    /** Refuses a content of a jar, and has its bundle uninstalled. */
    void refuse(DeployedBundle bundle, JarFault fault, Optional<JarFault> before) {
        Refused refused = roster.refuse(bundle, fault);
        departures.leave(refused.leaving());
        tell(bundle.jar(), fault, before, refused);
    }

    private void tell(String jar, JarFault fault, Optional<JarFault> before, Refused refused) {
        boolean known = before.filter(old -> old.sentence().equals(fault.sentence())).isPresent();
        if (!known) {
            LOG.error(
                    "{}/{} is refused: {}{}",
                    folder,
                    jar,
                    fault.isMendedByHand() ? fault.sentence() : fault.reason(),
                    refused.stays()
                            .map(other -> "; " + other.label() + " stays in use")
                            .orElse(""));
        }
        if (refused.current() && !known) {
            Instant now = Instant.now();
            executor.execute(() -> notes.write(jar, now, fault.reason(), fault.advice()));
        }
    }

    /** A content of a jar is in use: says so, and removes the note of an earlier one. */
    void withdraw(DeployedBundle bundle) {
        LOG.info("{}/{}: {} is in use", folder, bundle.jar(), bundle.label());
        forgive(bundle.jar());
    }

    /** Removes the note of a jar, unless it is about a content that came later. */
    void forgive(String jar) {
        if (roster.fault(jar).isEmpty()) {
            executor.execute(() -> notes.delete(jar));
        }
    }

    /** A jar is gone, and so is what was said of it. */
    void forget(String jar) {
        executor.execute(() -> notes.delete(jar));
    }
}
