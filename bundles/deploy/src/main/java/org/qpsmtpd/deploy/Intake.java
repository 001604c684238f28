package org.qpsmtpd.deploy;

import static java.util.Comparator.comparing;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.deploy.BatchStart.Candidate;
import org.qpsmtpd.deploy.DeployedBundle.Stage;
import org.qpsmtpd.deploy.JarFault.Kind;
import org.qpsmtpd.deploy.Roster.Decision;
import org.qpsmtpd.deploy.Roster.Removed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of jars from the folder into the framework: checked, copied, checked again, installed,
 * started; and of configurations to the engine. Used by one thread alone.
 */
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    /** So long after its last change a file that is not whole may still be on its way. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    private final Path folder;
    private final Path copies;
    private final TrustCheck trust;
    private final Installer installer;
    private final Configurations configurations;
    private final Roster roster;
    private final Departures departures;
    private final Refusals refusals;
    private final BatchStart starts;
    private final Runnable renew;

    /**
     * Makes it.
     *
     * @param folder the deploy folder
     * @param copies private folder for copies of jars
     * @param renew asks the engine for a new set of plugins
     */
    Intake(
            Path folder,
            Path copies,
            TrustCheck trust,
            Installer installer,
            Configurations configurations,
            Roster roster,
            Departures departures,
            Refusals refusals,
            BatchStart starts,
            Runnable renew) {
        this.folder = folder;
        this.copies = copies;
        this.trust = trust;
        this.installer = installer;
        this.configurations = configurations;
        this.roster = roster;
        this.departures = departures;
        this.refusals = refusals;
        this.starts = starts;
        this.renew = renew;
    }

    /**
     * Looks at files that may have come, changed or gone. When a jar has come, those that lacked
     * something of other bundles are tried again.
     *
     * @return completes when each has started or failed
     */
    CompletableFuture<Void> take(Collection<String> jars) {
        List<Candidate> batch = new ArrayList<>();
        // A configuration may be for a plugin that comes with it.
        for (String jar : jars.stream().sorted(comparing(ConfigurationFile::isNamed)).toList()) {
            take(jar, false).ifPresent(batch::add);
        }
        if (batch.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        for (String jar : roster.refused(Kind.UNRESOLVED)) {
            take(jar, true).ifPresent(batch::add);
        }
        return starts.start(batch);
    }

    /** Tries files again that were refused and have not changed since. */
    CompletableFuture<Void> takeAgain(Collection<String> jars) {
        List<Candidate> batch = new ArrayList<>();
        for (String jar : jars) {
            take(jar, true).ifPresent(batch::add);
        }
        return starts.start(batch);
    }

    private Optional<Candidate> take(String jar, boolean again) {
        Path path = folder.resolve(jar);
        Optional<JarFault> before = again ? roster.fault(jar) : Optional.empty();
        try {
            Optional<UnixFile> file = UnixFile.at(path);
            if (file.isEmpty()) {
                gone(jar);
                return Optional.empty();
            }
            return again || !roster.isHandled(jar, file.get())
                    ? take(jar, path, file.get(), before)
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.error("{} cannot be looked at: {}", path, e.toString());
            return Optional.empty();
        }
    }

    private Optional<Candidate> take(
            String jar, Path path, UnixFile file, Optional<JarFault> before) {
        try {
            if (ConfigurationFile.isNamed(jar)) {
                takeConfiguration(jar, path, file);
                return Optional.empty();
            }
            trust.check(path);
            return install(jar, path, file).map(bundle -> new Candidate(bundle, before));
        } catch (NoSuchFileException e) {
            return Optional.empty(); // gone meanwhile: the next look finds that
        } catch (IOException e) {
            String reason = "it cannot be read: " + OneLine.of(String.valueOf(e.getMessage()));
            refuse(jar, file, JarFault.unreadable(reason), before);
        } catch (JarFault e) {
            refuse(jar, file, e, before);
        }
        return Optional.empty();
    }

    private void takeConfiguration(String name, Path path, UnixFile file)
            throws IOException, JarFault {
        ConfigurationFile.checkKind(file);
        trust.check(path);
        ConfiguredInstance instance = configurations.read(path);
        if (!file.equals(UnixFile.read(path))) {
            return; // still being written: the next look takes it
        }
        roster.setTaken(name, file);
        refusals.forgive(name);
        if (configurations.take(name, instance)) {
            LOG.info("{}/{} configures {}", folder.getFileName(), name, instance.pid());
            renew.run();
        }
    }

    private Optional<DeployedBundle> install(String jar, Path path, UnixFile file)
            throws IOException, JarFault {
        try (PrivateCopy copy = PrivateCopy.of(path, copies)) {
            if (!file.equals(UnixFile.read(path))) {
                return Optional.empty(); // still being written: the next look takes it
            }
            installer.check(copy);
            if (takeBack(jar, file, copy.hash())) {
                return Optional.empty();
            }
            DeployedBundle bundle = installer.install(jar, copy);
            roster.setHandled(jar, file);
            roster.add(bundle);
            return Optional.of(bundle);
        }
    }

    private boolean takeBack(String jar, UnixFile file, String hash) {
        boolean refused = roster.fault(jar).isPresent();
        Decision<Optional<DeployedBundle>> back = roster.takeBack(jar, hash);
        Optional<DeployedBundle> known = back.found();
        if (known.isEmpty()) {
            return false;
        }
        roster.setHandled(jar, file);
        departures.leave(back.leaving());
        if (known.get().stage() == Stage.RUNNING && refused) {
            refusals.withdraw(known.get());
        }
        if (known.get().stage() == Stage.WAITING || !back.leaving().isEmpty()) {
            renew.run();
        }
        return true;
    }

    private void refuse(String jar, UnixFile file, JarFault fault, Optional<JarFault> before) {
        Duration age = Duration.between(file.modified().toInstant(), Instant.now());
        boolean perhapsOnItsWay =
                fault.mayBeIncomplete() && !age.isNegative() && age.compareTo(QUIET) < 0;
        if (perhapsOnItsWay) {
            return; // a later look decides
        }
        roster.setHandled(jar, file);
        boolean stays = configurations.has(jar);
        refusals.refuse(jar, stays ? fault.with("until then it counts as it was") : fault, before);
    }

    private void gone(String jar) {
        if (!roster.present().contains(jar)) {
            return;
        }
        Removed removed = roster.removed(jar);
        configurations.remove(jar);
        if (removed.interrupted().isEmpty()) {
            LOG.info("{}/{} was removed", folder.getFileName(), jar);
        } else {
            LOG.error(
                    "{}/{} was removed while it was being started; nothing of it is used",
                    folder.getFileName(),
                    jar);
        }
        departures.leave(removed.leaving());
        refusals.forget(jar);
        renew.run();
    }

    /** Whether a file that was refused for its rights would pass now. */
    boolean isTrusted(String jar) {
        try {
            trust.check(folder.resolve(jar));
            return true;
        } catch (JarFault e) {
            return false;
        }
    }
}
