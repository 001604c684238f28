package org.qpsmtpd.deploy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refuses jars: in the roster, in the log and in a note beside the jar. For any thread. */
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
     * Refuses a content of a jar.
     *
     * @param bundle the bundle, if it came so far; it is uninstalled
     * @param before why it was refused before, when it is only tried again; the same is not logged
     *     twice
     */
    void refuse(
            String jar,
            JarFault fault,
            @Nullable DeployedBundle bundle,
            Optional<JarFault> before) {
        List<DeployedBundle> leaving = new ArrayList<>();
        Optional<DeployedBundle> stays = roster.refuse(jar, fault, bundle, leaving);
        departures.leave(leaving);
        boolean known = before.filter(old -> old.sentence().equals(fault.sentence())).isPresent();
        if (!known) {
            LOG.error(
                    "{}/{} is refused: {}{}",
                    folder,
                    jar,
                    fault.isMendedOutside() ? fault.sentence() : fault.reason(),
                    stays.map(other -> "; " + other.label() + " stays in use").orElse(""));
        }
        Instant now = Instant.now();
        executor.execute(() -> notes.write(jar, now, fault.reason(), fault.advice()));
    }

    /** A content of a jar is in use: says so, and removes the note of an earlier one. */
    void withdraw(DeployedBundle bundle) {
        LOG.info("{}/{}: {} is in use", folder, bundle.jar(), bundle.label());
        executor.execute(() -> notes.delete(bundle.jar()));
    }

    /** A jar is gone, and so is what was said of it. */
    void forget(String jar) {
        executor.execute(() -> notes.delete(jar));
    }
}
