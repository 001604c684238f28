package org.qpsmtpd.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.api.control.Deployments;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.gate.Gate;
import org.qpsmtpd.deploy.JarFault.Kind;
import org.qpsmtpd.deploy.Roster.Decision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deploy folder: its jars, and the configurations of plugins' instances. One thread, {@code
 * qpsmtpd-deploy}, looks at the folder four times a second and does the work; nobody else reads it.
 *
 * <p>What is in the folder when the component is activated is taken before it is ready, so that an
 * engine that starts afterwards has it from its first generation on.
 *
 * <p>Faults: a file that is not fit is refused with one line in the log and a note beside it, and
 * its predecessor stays; nothing is thrown at the engine.
 */
@Component(
        immediate = true,
        service = {BundleSource.class, Deployments.class})
public final class DeployFolder implements BundleSource, Deployments {
    private static final Logger LOG = LoggerFactory.getLogger(DeployFolder.class);

    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final Duration FIRST_PASS_LIMIT = Duration.ofSeconds(60);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    /** Jars that could not be read are tried again at every so many looks. */
    private static final int LOOKS_PER_TRIAL = 4;

    private static final String MEND =
            "mend the jar or the configuration; it is tried again when either changes";

    private final FolderSettings settings;
    private final Roster roster = new Roster();
    private final ScheduledThreadPoolExecutor worker;
    private final Departures departures;
    private final Installer installer;
    private final Refusals refusals;
    private final RejectedNote notes;
    private final FolderWatch watch;
    private final Intake intake;
    private final Configurations configurations;
    private final FolderReport report;
    private final Duration betweenLooks;
    private final ServiceRegistration<CollisionHook> sideBySide;
    private final ServiceRegistration<ResolverHookFactory> limits;
    private volatile @Nullable Gate gate;
    private int looks;

    /** Made by the component runtime. */
    @Activate
    public DeployFolder(BundleContext context) throws IOException {
        this(context, START_LIMIT, BETWEEN_LOOKS);
    }

    DeployFolder(BundleContext context, Duration startLimit, Duration betweenLooks)
            throws IOException {
        this.betweenLooks = betweenLooks;
        settings = FolderSettings.of(context::getProperty);
        Path folder = settings.folder();
        if (settings.inKaraf()) {
            Files.createDirectories(folder);
        }
        PrivateFolder copies = PrivateFolder.at(context.getDataFile("copies").toPath());
        worker = new ScheduledThreadPoolExecutor(1, DeployFolder::thread);
        worker.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        departures = new Departures(context, roster);
        notes = new RejectedNote(folder);
        refusals = new Refusals(roster, departures, notes, worker, folderName());
        Reach reach = new Reach(context);
        installer = new Installer(context, settings, reach);
        configurations = new Configurations(context);
        report = new FolderReport(roster, configurations, new Lacks(context), folderName());
        watch = new FolderWatch(settings, roster);
        BatchStart starts =
                new BatchStart(
                        context, roster, departures, refusals, worker, this::renew, startLimit);
        PrivateGroups groups = new PrivateGroups(Path.of("/etc/passwd"), Path.of("/etc/group"));
        intake =
                new Intake(
                        folder,
                        copies.path(),
                        new TrustCheck(copies.uid(), groups, new LaunchersAccessLists(context)),
                        installer,
                        configurations,
                        roster,
                        departures,
                        refusals,
                        starts,
                        this::renew);
        SideBySide hook = new SideBySide(context.getBundle());
        sideBySide = context.registerService(CollisionHook.class, hook, null);
        limits = context.registerService(ResolverHookFactory.class, reach, null);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "qpsmtpd-deploy");
        thread.setDaemon(true);
        return thread;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindGate(Gate bound) {
        departures.leave(roster.engineChanged());
        gate = bound;
    }

    void unbindGate(Gate unbound) {
        if (unbound.equals(gate)) {
            gate = null;
        }
    }

    /** Takes what is in the folder, and returns when it is started. */
    @Activate
    void open() {
        CountDownLatch ready = new CountDownLatch(1);
        worker.execute(() -> firstPass(ready));
        try {
            if (!ready.await(FIRST_PASS_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} takes long to read; the server starts without", settings.folder());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        worker.execute(notes::deleteOrphans);
        worker.execute(this::clearLeftOvers);
        long millis = betweenLooks.toMillis();
        var unused =
                worker.scheduleWithFixedDelay(
                        this::lookAgain, millis, millis, TimeUnit.MILLISECONDS);
    }

    private void firstPass(CountDownLatch ready) {
        try {
            var unused =
                    intake.take(watch.files()).whenComplete((done, failure) -> ready.countDown());
        } catch (RuntimeException | Error e) { // a bug must not stop the server from starting
            LOG.error("{} was not read to its end", settings.folder(), e);
            ready.countDown();
        }
    }

    private void clearLeftOvers() {
        for (Bundle bundle : installer.leftOver()) {
            departures.uninstall(bundle);
        }
    }

    /** Stops watching. The bundles stay, for the sessions that use them. */
    @Deactivate
    void close() {
        worker.shutdownNow();
        sideBySide.unregister();
        limits.unregister();
    }

    private void renew() {
        report.tellLacks();
        Gate engine = gate;
        if (engine != null) {
            engine.renew();
        }
    }

    private String folderName() {
        return String.valueOf(settings.folder().getFileName());
    }

    private void lookAgain() {
        try {
            for (DeployedBundle bundle : roster.vanished()) {
                JarFault fault =
                        new JarFault(
                                Kind.UNFIT,
                                "its bundle was uninstalled",
                                "touch the jar to have it back");
                refusals.refuse(bundle, fault, Optional.empty());
                renew();
            }
            Set<String> again = new TreeSet<>();
            roster.refused(Kind.UNTRUSTED).stream().filter(intake::isTrusted).forEach(again::add);
            roster.refused(Kind.UNKNOWN).stream()
                    .filter(configurations::isOffered)
                    .forEach(again::add);
            if (watch.signersChanged()) {
                again.addAll(roster.refused(Kind.UNSIGNED));
            }
            looks++;
            if (looks % LOOKS_PER_TRIAL == 0) {
                again.addAll(roster.refused(Kind.UNREADABLE));
                report.tell();
            }
            var unused =
                    CompletableFuture.allOf(intake.take(watch.changed()), intake.takeAgain(again));
        } catch (RuntimeException | Error e) { // the next look must come
            LOG.error("{} cannot be watched", settings.folder(), e);
        }
    }

    @Override
    public List<ConfiguredInstance> configured() {
        return configurations.all();
    }

    @Override
    public Optional<Path> folder() {
        return Optional.of(settings.folder());
    }

    @Override
    public Optional<Bundle> successor(Bundle bundle) {
        return roster.successor(bundle);
    }

    @Override
    public Optional<String> absence(String plugin) {
        return report.absence(plugin);
    }

    @Override
    public List<String> refused() {
        return report.refused();
    }

    @Override
    public List<String> warnings() {
        return report.warnings();
    }

    @Override
    public List<Bundle> wanted() {
        Decision<List<DeployedBundle>> offered = roster.offer();
        departures.leave(offered.leaving());
        return offered.found().stream().map(DeployedBundle::bundle).toList();
    }

    @Override
    public void refuse(Bundle bundle, String reason) {
        JarFault fault = new JarFault(Kind.UNSUITED, reason, MEND);
        roster.find(bundle)
                .ifPresent(deployed -> refusals.refuse(deployed, fault, Optional.empty()));
    }

    @Override
    public void reconsider() {
        worker.execute(
                () -> {
                    var unused = intake.takeAgain(roster.refused(Kind.UNSUITED));
                });
    }

    @Override
    public void taken(List<Bundle> bundles) {
        roster.taken(bundles);
    }

    @Override
    public void accepted(List<Bundle> bundles) {
        Decision<List<DeployedBundle>> accepted = roster.accepted(bundles);
        departures.leave(accepted.leaving());
        List<DeployedBundle> shadowed = roster.compareVersions();
        for (DeployedBundle bundle : accepted.found()) {
            if (bundle.remark().isEmpty()) {
                refusals.withdraw(bundle);
            } else {
                refusals.forgive(bundle.jar());
            }
        }
        report.tellShadowed(shadowed);
    }

    @Override
    public void release(Bundle bundle) {
        roster.release(bundle).ifPresent(deployed -> departures.leave(List.of(deployed)));
    }

    @Override
    public List<DeploymentStatus> deployments() {
        return report.rows();
    }
}
