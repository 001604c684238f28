package org.qpsmtpd.deploy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.api.control.Deployments;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.Gate;
import org.qpsmtpd.deploy.JarFault.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deploy folder. FileInstall tells when a jar has come, changed or gone and has kept still for
 * a moment; the rest is done here, and FileInstall never touches a jar itself. What it tells is
 * only noted: one thread, {@code qpsmtpd-deploy}, looks at the folder and does the work. In Karaf
 * FileInstall runs before we do, so it is not shown any jar and our thread looks more often.
 *
 * <p>The jars that are in the folder when the component is activated are taken before it is ready,
 * so that an engine that starts afterwards has them from its first generation on.
 *
 * <p>Faults: a jar that is not fit is refused with one line in the log and a note beside it, and
 * its predecessor stays; nothing is thrown at FileInstall or at the engine.
 */
@Component(
        immediate = true,
        service = {ArtifactInstaller.class, BundleSource.class, Deployments.class},
        property = "service.ranking:Integer=1000")
public final class DeployFolder implements ArtifactInstaller, BundleSource, Deployments {
    private static final Logger LOG = LoggerFactory.getLogger(DeployFolder.class);

    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final Duration FIRST_PASS_LIMIT = Duration.ofSeconds(60);
    private static final long BATCH_MILLIS = 30;
    private static final long WATCH_MILLIS = 1000;

    /** Where nobody else looks for jars. */
    private static final long WATCH_ALONE_MILLIS = 250;

    /** Jars that could not be read are tried again at every so many looks. */
    private static final int LOOKS_PER_TRIAL = 4;

    private static final String MEND =
            "mend the jar or the configuration; it is tried again when either changes";

    /** What FileInstall does itself, or others in Karaf; the rest of the folder is left alone. */
    private static final Set<String> CONFIGURATION = Set.of("cfg", "config");

    private static final Set<String> OTHERS_IN_KARAF = Set.of("kar", "xml", "json");

    private final FolderSettings settings;
    private final Roster roster = new Roster();
    private final ScheduledThreadPoolExecutor worker;
    private final Departures departures;
    private final Installer installer;
    private final Refusals refusals;
    private final RejectedNote notes;
    private final FolderWatch watch;
    private final Intake intake;
    private final Set<String> pending = new TreeSet<>();
    private final ServiceRegistration<CollisionHook> sideBySide;
    private volatile @Nullable Gate gate;
    private int looks;

    /** Made by the component runtime. */
    @Activate
    public DeployFolder(BundleContext context) throws IOException {
        this(context, START_LIMIT);
    }

    DeployFolder(BundleContext context, Duration startLimit) throws IOException {
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
        refusals =
                new Refusals(
                        roster, departures, notes, worker, String.valueOf(folder.getFileName()));
        installer = new Installer(context, settings);
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
                        roster,
                        departures,
                        refusals,
                        starts,
                        this::renew);
        SideBySide hook = new SideBySide(context.getBundle());
        sideBySide = context.registerService(CollisionHook.class, hook, null);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "qpsmtpd-deploy");
        thread.setDaemon(true);
        return thread;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindGate(Gate bound) {
        List<DeployedBundle> leaving = new ArrayList<>();
        roster.engineChanged(leaving);
        departures.leave(leaving);
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
        long millis = settings.inKaraf() ? WATCH_ALONE_MILLIS : WATCH_MILLIS;
        var unused =
                worker.scheduleWithFixedDelay(
                        this::lookAgain, millis, millis, TimeUnit.MILLISECONDS);
    }

    private void firstPass(CountDownLatch ready) {
        try {
            var unused =
                    intake.take(watch.jars()).whenComplete((done, failure) -> ready.countDown());
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
    }

    private void renew() {
        Gate engine = gate;
        if (engine != null) {
            engine.renew();
        }
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
            if (watch.signersChanged()) {
                again.addAll(roster.refused(Kind.UNSIGNED));
            }
            looks++;
            if (looks % LOOKS_PER_TRIAL == 0) {
                again.addAll(roster.refused(Kind.UNREADABLE));
            }
            var unused =
                    CompletableFuture.allOf(intake.take(watch.changed()), intake.takeAgain(again));
        } catch (RuntimeException | Error e) { // the next look must come
            LOG.error("{} cannot be watched", settings.folder(), e);
        }
    }

    @Override
    public boolean canHandle(File artifact) {
        Path path = artifact.toPath().toAbsolutePath().normalize();
        String name = artifact.getName();
        if (!isOurs(path.getParent())) {
            return isPackedFolder(name);
        }
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return !CONFIGURATION.contains(ending)
                && !(settings.inKaraf() && OTHERS_IN_KARAF.contains(ending));
    }

    private boolean isOurs(@Nullable Path folder) {
        if (folder == null || folder.equals(settings.folder())) {
            return folder != null;
        }
        try {
            return folder.equals(settings.folder().toRealPath());
        } catch (IOException e) {
            return false; // there is no folder yet
        }
    }

    /** FileInstall packs each folder into a jar elsewhere, and asks who takes that. */
    private boolean isPackedFolder(String name) {
        if (!name.endsWith(Jar.ENDING)) {
            return false;
        }
        String folder = name.substring(0, name.length() - Jar.ENDING.length());
        return !folder.isEmpty() && Files.isDirectory(settings.folder().resolve(folder));
    }

    @Override
    public void install(File artifact) {
        note(artifact);
    }

    @Override
    public void update(File artifact) {
        note(artifact);
    }

    @Override
    public void uninstall(File artifact) {
        note(artifact);
    }

    /** Waits a moment for others that came with it. */
    private void note(File artifact) {
        String name = artifact.getName();
        if (!name.endsWith(Jar.ENDING) || !isOurs(artifact.toPath().toAbsolutePath().getParent())) {
            return;
        }
        synchronized (pending) {
            if (pending.isEmpty()) {
                var unused =
                        worker.schedule(this::takePending, BATCH_MILLIS, TimeUnit.MILLISECONDS);
            }
            pending.add(name);
        }
    }

    private void takePending() {
        Set<String> jars;
        synchronized (pending) {
            jars = new TreeSet<>(pending);
            pending.clear();
        }
        try {
            var unused = intake.take(jars);
        } catch (RuntimeException | Error e) { // a bug must not end in silence
            LOG.error("{} cannot be deployed", jars, e);
        }
    }

    @Override
    public List<Bundle> wanted() {
        List<DeployedBundle> leaving = new ArrayList<>();
        List<DeployedBundle> wanted = roster.offer(leaving);
        departures.leave(leaving);
        return wanted.stream().map(DeployedBundle::bundle).toList();
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
        List<DeployedBundle> leaving = new ArrayList<>();
        List<DeployedBundle> fresh = roster.accepted(bundles, leaving);
        departures.leave(leaving);
        List<DeployedBundle> shadowed = roster.compareVersions();
        for (DeployedBundle bundle : fresh) {
            if (bundle.remark().isEmpty()) {
                refusals.withdraw(bundle);
            } else {
                refusals.forgive(bundle.jar());
            }
        }
        String folder = String.valueOf(settings.folder().getFileName());
        for (DeployedBundle bundle : shadowed) {
            LOG.warn(
                    "{}/{}: {} is not used: {}",
                    folder,
                    bundle.jar(),
                    bundle.label(),
                    bundle.remark());
        }
    }

    @Override
    public void release(Bundle bundle) {
        roster.release(bundle).ifPresent(deployed -> departures.leave(List.of(deployed)));
    }

    @Override
    public List<DeploymentStatus> deployments() {
        return roster.rows();
    }
}
