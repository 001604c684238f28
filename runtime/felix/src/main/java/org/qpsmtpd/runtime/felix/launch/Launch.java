package org.qpsmtpd.runtime.felix.launch;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleException;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.runtime.felix.console.Console;
import org.qpsmtpd.runtime.felix.container.ClassPathConnector;
import org.qpsmtpd.runtime.felix.container.Container;
import org.qpsmtpd.runtime.felix.container.ContainerProperties;
import org.qpsmtpd.runtime.felix.home.Bundles;
import org.qpsmtpd.runtime.felix.home.Home;
import org.qpsmtpd.runtime.felix.home.PidFile;
import org.qpsmtpd.runtime.felix.home.Scratch;
import org.qpsmtpd.runtime.felix.host.Account;
import org.qpsmtpd.runtime.felix.host.Detachment;
import org.qpsmtpd.runtime.felix.host.NativeLibrary;
import org.qpsmtpd.runtime.felix.host.Priority;
import org.qpsmtpd.runtime.felix.host.Privileges;
import org.qpsmtpd.runtime.felix.host.ServiceManager;
import org.qpsmtpd.runtime.felix.host.Signals;
import org.qpsmtpd.runtime.felix.options.Options;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StartFailure;
import org.qpsmtpd.runtime.felix.report.StartLog;
import org.qpsmtpd.runtime.felix.socket.AttachSocket;
import org.qpsmtpd.runtime.felix.socket.BoundSocket;
import org.qpsmtpd.runtime.felix.socket.InheritedListeners;

/**
 * One run of the server, from checked options to the exit status. The order is qpsmtpd's: pid file,
 * user, sockets, priority, change of user, signals, engine, detach, write the pid.
 */
public final class Launch {
    private static final Duration START_LIMIT = seconds("org.qpsmtpd.start_timeout", 30);

    /** How long a bundle may take to stop once the server has finished what is in flight. */
    private static final Duration BUNDLE_LIMIT = seconds("org.qpsmtpd.bundle_timeout", 5);

    private static final Duration LOOK = Duration.ofMillis(100);

    private final Options options;
    private final Home home;
    private final StartLog log;
    private final @Nullable Detachment detachment;
    private final @Nullable Inherited inherited;
    private final ServiceManager serviceManager;
    private final AtomicBoolean stopAsked = new AtomicBoolean();

    private @Nullable PidFile pidFile;
    private @Nullable Scratch scratch;
    private @Nullable ExitWatch exitWatch;
    private @Nullable AttachSocket attachSocket;
    private volatile @Nullable Container container;

    /** The container once all its bundles are started: only then signals reach it. */
    private volatile @Nullable Container signalled;

    Launch(
            Options options,
            Home home,
            StartLog log,
            @Nullable Detachment detachment,
            @Nullable Inherited inherited) {
        this.options = options;
        this.home = home;
        this.log = log;
        this.detachment = detachment;
        this.inherited = inherited;
        this.serviceManager = new ServiceManager(System.getenv(), log);
    }

    private Optional<String> bundleOf(String className) {
        @Nullable Container running = container;
        return running == null ? Optional.empty() : running.bundleOf(className);
    }

    /**
     * Serves until told to stop.
     *
     * @throws StartFailure when the server cannot start; everything made so far is removed
     */
    void run() throws StartFailure, IOException, BundleException, InterruptedException {
        if (options.detach() && detachment == null) {
            throw StartFailure.usage("option --detach works with the programs in bin/ only");
        }
        requireConfiguration();
        NativeLibrary.choose(home.nativeLibraries());
        Priority priority = Priority.lowering(options.renice(), options.reniceAsked());
        ServingUser serving = new ServingUser(options, home, log);
        try {
            @Nullable Account account = serving.account(inherited != null);
            makeFiles(serving.startsAsRoot(), account);
            List<BoundSocket> listeners = listeners();
            boolean lowered = serving.lower(priority);
            serving.become(account, isRehearsal());
            requireConfiguration();
            makeFiles(false, account);
            Container started = startContainer(listeners, lowered ? priority : null);
            if (!started.isStopping()) {
                listeners.forEach(listener -> log.info("Listening on " + listener.address()));
                settle();
                serviceManager.ready();
                openConsole();
            } else if (detachment != null) {
                detachment.report(StartFailure.FAILED);
            }
            awaitStop(started);
        } finally {
            try {
                cleanUp();
            } finally {
                if (exitWatch != null) {
                    exitWatch.over();
                }
            }
        }
    }

    /** Those passed on by the service manager and those named, or everywhere if there are none. */
    private List<BoundSocket> listeners() throws StartFailure, IOException {
        if (inherited != null) {
            return inherited.channel() instanceof ServerSocketChannel socket
                    ? List.of(BoundSocket.of(socket))
                    : List.of();
        }
        long pid = ProcessHandle.current().pid();
        List<BoundSocket> listeners = new ArrayList<>(InheritedListeners.of(System.getenv(), pid));
        if (listeners.isEmpty() || !options.addresses().isEmpty()) {
            listeners.addAll(BoundSocket.bind(options.addresses(), options.ports()));
        }
        listeners.forEach(listener -> log.debug("bound " + listener.address()));
        return listeners;
    }

    /**
     * Opens the pid file and makes the deploy folder, unless that is done.
     *
     * @param whereSafe whether root, who will be another user soon, leaves to that one what lies
     *     where somebody could lead it elsewhere by a link
     */
    private void makeFiles(boolean whereSafe, @Nullable Account account)
            throws StartFailure, IOException {
        if (isRehearsal()) {
            return;
        }
        @Nullable Path path = options.pidFile();
        if (path != null && pidFile == null && (!whereSafe || isSafe(path.resolveSibling("")))) {
            openPidFile(path, account);
        }
        if (!Files.isDirectory(home.deploy()) && (!whereSafe || isSafe(home.deploy()))) {
            makeDeployFolder();
        }
    }

    private void requireConfiguration() throws StartFailure {
        if (!isRehearsal()) {
            home.requireConfiguration();
        }
    }

    private static boolean isSafe(Path folder) {
        try {
            FolderTrust.require(folder);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void openPidFile(Path path, @Nullable Account account)
            throws StartFailure, IOException {
        try {
            FolderTrust.requireForRoot(path.resolveSibling(""));
        } catch (IOException e) {
            throw PidFile.unusable(path, OneLine.reason(e));
        }
        Set<Integer> owners = new HashSet<>(List.of(0));
        owners.add(Privileges.uid());
        if (account != null) {
            owners.add(account.uid());
        }
        pidFile = PidFile.open(path, owners);
        log.debug("pid file " + path + " is free");
    }

    private Container startContainer(List<BoundSocket> listeners, @Nullable Priority priority)
            throws StartFailure, IOException, BundleException, InterruptedException {
        requireReadable(home.bundles());
        Scratch room = isRehearsal() ? Scratch.openTemporary() : Scratch.open(home.var());
        scratch = room;
        if (inherited == null) {
            tellOfFolders(room);
        }
        NativeLibrary.chooseRoomForNetty(room.folder("native")).ifPresent(log::warn);
        Map<String, String> properties = ContainerProperties.of(options, home, room, listeners);
        if (isRehearsal()) {
            Rehearsal.furnish(room, properties);
        }
        handleSignals();
        Container starting = Container.create(properties, connector());
        container = starting;
        listeners.forEach(starting::offer);
        starting.offerStop(this::stop);
        offerAttachSocket(starting, room);
        if (inherited != null && inherited.channel() instanceof SocketChannel connection) {
            starting.offerConnection(connection, inherited.told());
        }
        if (priority != null) {
            starting.offerChildPriority(priority::restoreForThisThread);
        }
        log.debug("starting the bundles of " + home.directory());
        starting.start(home, bundles(), stopAsked::get);
        signalled = starting;
        if (stopAsked.get()) {
            starting.stop();
        }
        awaitServer(starting);
        return starting;
    }

    /** What keeps the server from reading and writing what it usually does. */
    private void tellOfFolders(Scratch room) throws IOException {
        if (!"UTF-8".equals(System.getProperty("sun.jnu.encoding"))) {
            log.warn(
                    "WARNING: this host has no locale C.UTF-8, so files whose names have letters"
                            + " beyond ASCII are not found: make it with"
                            + " localedef -i POSIX -f UTF-8 C.UTF-8");
        }
        if (room.temporary()) {
            log.info(
                    "WARNING: "
                            + home.var()
                            + " cannot be written by user "
                            + System.getProperty("user.name")
                            + ", so this run keeps its files in "
                            + room.var()
                            + ", and its console is "
                            + room.consoleSocket()
                            + ": make the former a folder of that user's, on a disk that can be"
                            + " written");
        }
        if (Privileges.uid() != 0) {
            home.leftByRoot(System.getProperty("user.name"))
                    .forEach(line -> log.warn("WARNING: " + line));
        }
    }

    private boolean isRehearsal() {
        return inherited != null && inherited.rehearsal();
    }

    private Bundles bundles() throws IOException {
        return inherited == null || isRehearsal() ? Bundles.all() : Bundles.few(home);
    }

    /**
     * The bundles below lib/ take their classes from the class path, and so do the plugins where a
     * client waits for the start. Elsewhere each plugin keeps a class loader of its own.
     */
    private ClassPathConnector connector() {
        Path jars = inherited == null ? home.bundles() : home.directory();
        return new ClassPathConnector(
                ClassPathConnector.classPath().stream()
                        .filter(jar -> jar.startsWith(jars))
                        .collect(Collectors.toSet()));
    }

    /** Only a server that stays has one; without it the others are served all the same. */
    private void offerAttachSocket(Container starting, Scratch room) {
        if (inherited != null) {
            return;
        }
        Path path = room.attachSocket();
        try {
            AttachSocket socket = AttachSocket.open(path);
            attachSocket = socket;
            starting.offer(socket);
        } catch (IOException e) {
            log.warn(
                    "WARNING: bin/qpsmtpd --attach finds no server: "
                            + path
                            + ": "
                            + OneLine.reason(e));
        }
    }

    private void requireReadable(Path folder) throws StartFailure {
        if (!Files.isReadable(folder)) {
            throw StartFailure.failed(
                    "FATAL: user "
                            + System.getProperty("user.name")
                            + " cannot read "
                            + folder
                            + ": give that user read access to it and all folders above it");
        }
    }

    private void makeDeployFolder() {
        Path deploy = home.deploy();
        try {
            FolderTrust.requireForRoot(deploy);
            Files.createDirectories(deploy);
        } catch (IOException e) {
            log.warn("WARNING: the deploy folder cannot be made: " + OneLine.reason(e));
        }
    }

    private void handleSignals() {
        exitWatch = ExitWatch.begin(log, this::bundleOf, this::stop);
        Signals.handle(Signals.Name.TERM, this::stop);
        Signals.handle(Signals.Name.INT, this::stop);
        Signals.handle(Signals.Name.HUP, this::reload);
    }

    /** A second signal while the server finishes what is in flight changes nothing. */
    private void stop() {
        if (stopAsked.getAndSet(true)) {
            return;
        }
        serviceManager.stopping();
        try {
            StopLimit.begin(log);
        } catch (OutOfMemoryError e) {
            log.warn("The system gives no thread to limit the time of the stop");
        }
        @Nullable Container running = signalled;
        if (running != null) {
            running.stop();
        }
    }

    /**
     * Bundles that do not stop are named and left alone; the mail in flight is finished by then.
     */
    private void awaitStop(Container stopping) throws InterruptedException {
        while (!stopping.awaitStop(LOOK)) {
            if (stopping.lingersFor().compareTo(BUNDLE_LIMIT) > 0) {
                stopping.leaveAlone(log::warn);
                return;
            }
        }
    }

    private void reload() {
        @Nullable Container running = signalled;
        if (running != null) {
            serviceManager.reloading();
            running.reload();
            serviceManager.ready();
        }
    }

    private void awaitServer(Container starting) throws StartFailure, InterruptedException {
        if (!starting.awaitListening(START_LIMIT) && !starting.isStopping()) {
            throw StartFailure.failed(
                    "FATAL: the server did not get ready within "
                            + START_LIMIT.toSeconds()
                            + " seconds: the lines above say why, --debug says more");
        }
    }

    private void settle() throws StartFailure, IOException {
        if (options.detach() && detachment != null) {
            log.debug("detaching");
            detachment.leaveTerminal();
        }
        if (pidFile != null) {
            pidFile.write(ProcessHandle.current().pid());
        }
        if (detachment != null) {
            detachment.report(0);
        }
    }

    /** The console of {@code --console}: a client of our own socket, on this terminal. */
    private void openConsole() {
        @Nullable Scratch room = scratch;
        if (options.console() && room != null) {
            Path socket = room.consoleSocket();
            Thread thread = new Thread(() -> Console.serve(socket), "console");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static Duration seconds(String property, long otherwise) {
        return Duration.ofSeconds(Long.getLong(property, otherwise));
    }

    private void cleanUp() throws IOException, InterruptedException {
        @Nullable Container used = container;
        if (used != null && !used.isLeftAlone()) {
            used.stop();
            awaitStop(used);
        }
        if (pidFile != null) {
            pidFile.remove();
        }
        if (attachSocket != null) {
            attachSocket.close();
        }
        if (scratch != null) {
            scratch.delete();
        }
    }
}
