package org.qpsmtpd.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.ConfiguredInstance;

/** The component in a real framework, with a gate that does what the test says. */
class DeployFolderTest {
    private final FakeGate gate = new FakeGate();
    private final LogLines log = new LogLines();
    private final Path temp;
    private final Path folder;
    private final Framework framework;
    private Optional<DeployFolder> deploy = Optional.empty();

    DeployFolderTest(@TempDir Path temp) throws IOException {
        this.temp = temp.toRealPath();
        folder = Files.createDirectory(this.temp.resolve("deploy"));
        Map<String, String> properties =
                Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        this.temp.resolve("cache").toString(),
                        Constants.FRAMEWORK_BSNVERSION,
                        Constants.FRAMEWORK_BSNVERSION_MANAGED,
                        "org.qpsmtpd.home",
                        temp.toString(),
                        "felix.log.level",
                        "0");
        framework = new FrameworkFactory().newFramework(properties);
    }

    @BeforeEach
    void startFramework() throws BundleException {
        framework.start();
    }

    @AfterEach
    void stopFramework() throws Exception {
        log.close();
        deploy.ifPresent(DeployFolder::close);
        framework.stop();
        framework.waitForStop(0);
    }

    private BundleContext context() {
        return framework.getBundleContext();
    }

    private DeployFolder open() throws IOException {
        DeployFolder made =
                new DeployFolder(context(), Duration.ofSeconds(2), Duration.ofMillis(20));
        deploy = Optional.of(made);
        made.bindGate(gate);
        made.open();
        return made;
    }

    /** What the engine does when all is well. */
    private static List<Bundle> accept(DeployFolder deploy) {
        List<Bundle> wanted = deploy.wanted();
        deploy.accepted(wanted);
        return wanted;
    }

    private static List<String> labels(List<Bundle> bundles) {
        return bundles.stream().map(b -> b.getSymbolicName() + " " + b.getVersion()).toList();
    }

    private static List<String> states(DeployFolder deploy) {
        return deploy.deployments().stream()
                .map(row -> row.file() + " " + row.version() + " " + row.state())
                .toList();
    }

    private static DeploymentStatus row(DeployFolder deploy, String state) {
        return deploy.deployments().stream()
                .filter(row -> row.state().equals(state))
                .findFirst()
                .orElseThrow(() -> new AssertionError(deploy.deployments()));
    }

    private static void awaitRefusal(DeployFolder deploy) throws Exception {
        Await.until(
                "a jar is refused",
                () -> deploy.deployments().stream().anyMatch(row -> row.state().equals("refused")));
    }

    private Path note(String jar) {
        return folder.resolve(jar + ".rejected");
    }

    private static void awaitNo(Path file) throws Exception {
        Await.until(file + " goes", () -> Files.notExists(file, LinkOption.NOFOLLOW_LINKS));
    }

    private static void awaitFile(Path file) throws Exception {
        Await.until(file + " comes", () -> Files.exists(file));
    }

    private static void awaitUninstalled(Bundle bundle) throws Exception {
        Await.until(bundle + " leaves", () -> bundle.getState() == Bundle.UNINSTALLED);
    }

    private List<Bundle> installed() {
        return Arrays.stream(context().getBundles())
                .filter(bundle -> bundle.getLocation().startsWith(BundleSource.LOCATION))
                .toList();
    }

    @Test
    void hasTheJarsOfTheFolderStartedBeforeItIsReady() throws Exception {
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));

        List<Bundle> wanted = open().wanted();

        assertThat(labels(wanted)).containsExactly("org.example.sample 1.0.1");
        assertThat(wanted.get(0).getState()).isEqualTo(Bundle.ACTIVE);
        assertThat(wanted.get(0).getLocation())
                .matches("qpsmtpd-deploy:" + folder.resolve("x.jar") + "#[0-9a-f]{16}");
    }

    @Test
    void triesAgainWhatCouldNotBeRead() throws Exception {
        DeployFolder deploy = open();
        Path copies = context().getDataFile("copies").toPath();
        Files.delete(copies);
        Files.createFile(copies);
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        awaitRefusal(deploy);
        assertThat(row(deploy, "refused").reason()).contains("it is tried again");

        Files.delete(copies);
        Files.createDirectory(copies);
        Await.until("the jar is taken", () -> !deploy.wanted().isEmpty());
    }

    @Test
    void doesNothingWhenFileInstallTellsWhatIsKnown() throws Exception {
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        List<Bundle> before = deploy.wanted();
        gate.awaitRenewal();

        TestJar.plugin("other", "1.0.1").write(folder.resolve("y.jar"));
        gate.awaitRenewal();

        assertThat(deploy.wanted()).containsAll(before).hasSize(2);
        assertThat(installed()).hasSize(2);
    }

    @Test
    void startsAReplacementBesideItsPredecessorAndUninstallsThatWhenReleased() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        Bundle old = accept(deploy).get(0);
        gate.awaitRenewal();

        TestJar.plugin("sample", "1.0.2").write(jar);
        gate.awaitRenewal();
        assertThat(states(deploy)).containsExactly("x.jar 1.0.2 waiting", "x.jar 1.0.1 running");

        List<Bundle> now = accept(deploy);
        assertThat(labels(now)).containsExactly("org.example.sample 1.0.2");
        assertThat(states(deploy)).containsExactly("x.jar 1.0.2 running", "x.jar 1.0.1 retiring");
        assertThat(old.getState()).isEqualTo(Bundle.ACTIVE);

        deploy.release(old);
        awaitUninstalled(old);
        Await.until("its row goes", () -> states(deploy).equals(List.of("x.jar 1.0.2 running")));
    }

    @Test
    void takesTheSameVersionWithOtherContent() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        Bundle old = accept(deploy).get(0);
        gate.awaitRenewal();

        TestJar.plugin("sample", "1.0.1").entry("text", "other").write(jar);
        gate.awaitRenewal();

        assertThat(accept(deploy)).doesNotContain(old).hasSize(1);
        assertThat(old.getState()).isEqualTo(Bundle.ACTIVE);
    }

    @Test
    void keepsThePredecessorWhenTheEngineRefuses() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        Bundle old = accept(deploy).get(0);
        gate.awaitRenewal();
        TestJar.plugin("sample", "1.0.2").write(jar);
        gate.awaitRenewal();
        Bundle bad = deploy.wanted().get(0);

        deploy.refuse(bad, "config/plugins:3: sample has no option 'colour'");

        assertThat(deploy.wanted()).containsExactly(old);
        awaitUninstalled(bad);
        awaitFile(note("x.jar"));
        Await.until(
                "the note tells why",
                () ->
                        Files.readString(note("x.jar"), StandardCharsets.UTF_8)
                                .contains("config/plugins:3: sample has no option 'colour'"));
        assertThat(row(deploy, "refused").version()).isEqualTo("1.0.2");
        assertThat(row(deploy, "running").version()).isEqualTo("1.0.1");

        TestJar.plugin("sample", "1.0.3").write(jar);
        gate.awaitRenewal();
        assertThat(labels(accept(deploy))).containsExactly("org.example.sample 1.0.3");
        awaitNo(note("x.jar"));
    }

    @Test
    void keepsWhatOneServerHasWhenAnotherRefusesIt() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        Bundle old = accept(deploy).get(0);
        gate.awaitRenewal();
        TestJar.plugin("sample", "1.0.2").write(jar);
        gate.awaitRenewal();
        List<Bundle> taken = deploy.wanted();
        deploy.taken(taken);
        assertThat(states(deploy)).containsExactly("x.jar 1.0.2 waiting", "x.jar 1.0.1 running");

        deploy.refuse(taken.get(0), "the other server cannot use it");

        assertThat(deploy.wanted()).containsExactly(old);
        assertThat(taken.get(0).getState()).isEqualTo(Bundle.ACTIVE);
        deploy.release(taken.get(0));
        awaitUninstalled(taken.get(0));
    }

    @Test
    void contentsThatWaitForOneServerStayUntilTheOtherReleasesThem() throws Exception {
        Path jar = folder.resolve("x.jar");
        DeployFolder deploy = open();
        List<Bundle> taken = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            TestJar.plugin("sample", "1.0." + i).write(jar);
            gate.awaitRenewal();
            taken.addAll(deploy.wanted());
            deploy.taken(deploy.wanted());
        }

        assertThat(taken).extracting(Bundle::getState).containsOnly(Bundle.ACTIVE);
        deploy.release(taken.get(0));
        awaitUninstalled(taken.get(0));
        assertThat(deploy.wanted()).containsExactly(taken.get(3));
    }

    @Test
    void offersARefusedBundleAgainWhenTheConfigurationChanges() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        accept(deploy);
        gate.awaitRenewal();
        TestJar.plugin("sample", "1.0.2").write(jar);
        gate.awaitRenewal();
        deploy.refuse(deploy.wanted().get(0), "config/plugins:3: sample has no option 'colour'");
        awaitFile(note("x.jar"));

        deploy.reconsider();
        gate.awaitRenewal();

        assertThat(labels(accept(deploy))).containsExactly("org.example.sample 1.0.2");
        awaitNo(note("x.jar"));
    }

    @Test
    void bringsThePredecessorBackWhenARunningBundleIsRefused() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        Bundle first = accept(deploy).get(0);
        gate.awaitRenewal();
        TestJar.plugin("sample", "1.0.2").write(jar);
        gate.awaitRenewal();
        Bundle second = accept(deploy).get(0);

        deploy.refuse(second, "the line changed");

        assertThat(deploy.wanted()).containsExactly(first);
        assertThat(second.getState()).isEqualTo(Bundle.ACTIVE);
        deploy.release(second);
        awaitUninstalled(second);
    }

    @Test
    void retiresTheBundleOfARemovedJar() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        Bundle bundle = accept(deploy).get(0);
        gate.awaitRenewal();

        Files.delete(jar);
        gate.awaitRenewal();

        assertThat(deploy.wanted()).isEmpty();
        assertThat(states(deploy)).containsExactly("x.jar 1.0.1 retiring");
        deploy.release(bundle);
        awaitUninstalled(bundle);
        Await.until("its row goes", () -> deploy.deployments().isEmpty());
    }

    @Test
    void takesAJarBackThatWasRemovedForAMoment() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        Bundle bundle = accept(deploy).get(0);
        gate.awaitRenewal();
        Files.delete(jar);
        gate.awaitRenewal();

        TestJar.plugin("sample", "1.0.1").write(jar);
        gate.awaitRenewal();

        assertThat(deploy.wanted()).containsExactly(bundle);
    }

    @Test
    void letsThePredecessorGoWhenARefusedJarIsDeleted() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        accept(deploy);
        gate.awaitRenewal();
        TestJar.write(jar, "garbage".getBytes(StandardCharsets.UTF_8));
        awaitFile(note("x.jar"));

        Files.delete(jar);
        gate.awaitRenewal();

        assertThat(deploy.wanted()).isEmpty();
        awaitNo(note("x.jar"));
    }

    @Test
    void refusesGarbageAndKeepsThePredecessor() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        Bundle old = accept(deploy).get(0);

        TestJar.write(jar, new byte[5000]);
        awaitRefusal(deploy);

        assertThat(deploy.wanted()).containsExactly(old);
        assertThat(row(deploy, "refused").reason()).startsWith("it is no jar, or not a whole one");
    }

    @Test
    void saysWhichPackageIsMissing() throws Exception {
        TestJar.bundle("org.example.lib", "3.1.0")
                .header("Export-Package", "org.example.lib;version=3.1.0")
                .write(folder.resolve("lib.jar"));
        TestJar.plugin("sample", "1.0.1")
                .header("Import-Package", "org.example.lib;version=\"[1.2,2)\"")
                .write(folder.resolve("x.jar"));

        DeployFolder deploy = open();

        assertThat(row(deploy, "refused").reason())
                .startsWith(
                        "it needs the package org.example.lib in version [1.2.0,2.0.0), and there"
                                + " is only version 3.1.0 of org.example.lib 3.1.0");
    }

    @Test
    void saysThatAnotherJavaIsNeeded() throws Exception {
        TestJar.plugin("sample", "1.0.1")
                .header("Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\"")
                .write(folder.resolve("x.jar"));

        DeployFolder deploy = open();

        assertThat(row(deploy, "refused").reason())
                .startsWith("it needs Java 99, and this is Java " + Runtime.version().feature());
    }

    @Test
    void resolvesJarsThatNeedEachOther() throws Exception {
        TestJar.plugin("sample", "1.0.1")
                .header("Import-Package", "org.example.lib")
                .write(folder.resolve("a.jar"));
        TestJar.bundle("org.example.lib", "1.0.0")
                .header("Export-Package", "org.example.lib")
                .write(folder.resolve("b.jar"));

        assertThat(labels(open().wanted()))
                .containsExactly("org.example.sample 1.0.1", "org.example.lib 1.0.0");
    }

    @Test
    void triesAJarAgainWhenWhatItNeedsHasCome() throws Exception {
        TestJar.plugin("sample", "1.0.1")
                .header("Import-Package", "org.example.lib")
                .write(folder.resolve("a.jar"));
        DeployFolder deploy = open();
        assertThat(row(deploy, "refused").reason())
                .startsWith("it needs the package org.example.lib, and no bundle exports it");
        awaitFile(note("a.jar"));

        TestJar.bundle("org.example.lib", "1.0.0")
                .header("Export-Package", "org.example.lib")
                .write(folder.resolve("b.jar"));
        gate.awaitRenewal();

        Await.until("both are wanted", () -> deploy.wanted().size() == 2);
        accept(deploy);
        awaitNo(note("a.jar"));
    }

    @Test
    void refusesABundleWhoseActivatorThrows() throws Exception {
        TestJar.plugin("sample", "1.0.1")
                .activator(Activators.Throwing.class)
                .write(folder.resolve("x.jar"));

        DeployFolder deploy = open();

        assertThat(row(deploy, "refused").reason())
                .startsWith("it does not start: IllegalStateException: no table");
        Await.until("nothing is left of it", () -> installed().isEmpty());
    }

    @Test
    void givesUpABundleThatHangs() throws Exception {
        TestJar.plugin("sample", "1.0.1")
                .activator(Activators.Hanging.class)
                .write(folder.resolve("x.jar"));
        TestJar.plugin("other", "1.0.1").write(folder.resolve("y.jar"));

        DeployFolder deploy = open();

        assertThat(row(deploy, "refused").reason())
                .startsWith("it does not start within 2 seconds");
        assertThat(labels(deploy.wanted())).containsExactly("org.example.other 1.0.1");
        Await.until("nothing is left of it", () -> installed().size() == 1);
    }

    @Test
    void leavesNothingOfAJarThatIsRemovedWhileItStarts() throws Exception {
        DeployFolder deploy = open();
        Path jar =
                TestJar.plugin("sample", "1.0.1")
                        .activator(Activators.Hanging.class)
                        .write(folder.resolve("x.jar"));
        Await.until(
                "it is being started",
                () -> installed().stream().anyMatch(b -> b.getState() == Bundle.STARTING));

        Files.delete(jar);

        Await.until("nothing is left of it", () -> installed().isEmpty());
        assertThat(deploy.deployments()).isEmpty();
        assertThat(note("x.jar")).doesNotExist();
    }

    @Test
    void startsAnOrdinaryBundleThatHasNoPlugin() throws Exception {
        TestJar.bundle("org.example.lib", "1.0.0").write(folder.resolve("lib.jar"));

        DeployFolder deploy = open();

        DeploymentStatus row = row(deploy, "running");
        assertThat(row.plugins()).isEmpty();
        assertThat(installed().get(0).getState()).isEqualTo(Bundle.ACTIVE);
    }

    @Test
    void replacesAnOrdinaryBundleWithoutTheEngine() throws Exception {
        Path jar = TestJar.bundle("org.example.lib", "1.0.0").write(folder.resolve("lib.jar"));
        open();
        gate.awaitRenewal();
        Bundle old = installed().get(0);

        TestJar.bundle("org.example.lib", "1.0.1").write(jar);
        gate.awaitRenewal();

        awaitUninstalled(old);
    }

    @Test
    void saysWhichOfTwoJarsWithTheSamePluginIsUsed() throws Exception {
        TestJar.plugin("sample", "1.0.7").write(folder.resolve("a.jar"));
        TestJar.plugin("sample", "1.0.9").write(folder.resolve("b.jar"));
        DeployFolder deploy = open();

        assertThat(accept(deploy)).hasSize(2);

        assertThat(deploy.deployments())
                .extracting(DeploymentStatus::file, DeploymentStatus::reason)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "a.jar", "sample 1.0.9 of b.jar is newer and in use"),
                        org.assertj.core.groups.Tuple.tuple("b.jar", ""));
    }

    @Test
    void refusesAFolder() throws Exception {
        Files.createDirectory(folder.resolve("x.jar"));

        assertThat(row(open(), "refused").reason()).startsWith("it is a folder");
    }

    @Test
    void refusesASymbolicLink() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(temp.resolve("elsewhere.jar"));
        Files.createSymbolicLink(folder.resolve("x.jar"), jar);

        assertThat(row(open(), "refused").reason()).startsWith("it is a symbolic link");
    }

    @Test
    void takesAJarOnceItsRightsAreMended() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--rw-"));
        DeployFolder deploy = open();
        assertThat(row(deploy, "refused").reason())
                .isEqualTo(jar + " can be written by everybody; run: chmod o-w " + jar);
        awaitFile(note("x.jar"));

        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
        gate.awaitRenewal();

        assertThat(labels(accept(deploy))).containsExactly("org.example.sample 1.0.1");
        awaitNo(note("x.jar"));
    }

    @Test
    void takesAJarOnceTheRightsOfItsFolderAreMended() throws Exception {
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xrwx"));
        DeployFolder deploy = open();
        assertThat(row(deploy, "refused").reason()).endsWith("run: chmod o-w " + folder);

        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        gate.awaitRenewal();

        assertThat(deploy.wanted()).hasSize(1);
    }

    @Test
    void removesNotesOfJarsThatAreNotThere() throws Exception {
        Files.writeString(note("old.jar"), "jar: old.jar");

        open();

        awaitNo(note("old.jar"));
    }

    @Test
    void leavesNoPrivateCopyBehind() throws Exception {
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        TestJar.write(folder.resolve("y.jar"), new byte[100]);

        open();

        assertThat(context().getDataFile("copies").toPath()).isEmptyDirectory();
    }

    @Test
    void adoptsTheBundlesOfAnEarlierRun() throws Exception {
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        Path gone = TestJar.plugin("other", "1.0.1").write(folder.resolve("y.jar"));
        DeployFolder before = open();
        assertThat(installed()).hasSize(2);
        Bundle kept = before.wanted().get(0);
        before.close();
        Files.delete(gone);

        DeployFolder deploy = open();

        assertThat(deploy.wanted()).containsExactly(kept);
        Await.until("the other one leaves", () -> installed().size() == 1);
    }

    @Test
    void waitsForAJarThatIsStillBeingCopied() throws Exception {
        DeployFolder deploy = open();
        Path jar = folder.resolve("x.jar");
        Path whole = TestJar.plugin("sample", "1.0.1").write(temp.resolve("whole.jar"));
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(jar, Arrays.copyOf(bytes, bytes.length / 2));
        Files.write(jar, bytes);
        gate.awaitRenewal();

        assertThat(labels(deploy.wanted())).containsExactly("org.example.sample 1.0.1");
        assertThat(states(deploy)).containsExactly("x.jar 1.0.1 waiting");
    }

    @Test
    void servesOthersWhileABundleNeverComesBack() throws Exception {
        System.clearProperty(Activators.Stubborn.GIVE_UP);
        TestJar.plugin("sample", "1.0.1")
                .activator(Activators.Stubborn.class)
                .write(folder.resolve("x.jar"));
        try {
            DeployFolder deploy = open();
            assertThat(row(deploy, "refused").reason()).startsWith("it does not start within");

            TestJar.plugin("other", "1.0.1").write(folder.resolve("y.jar"));
            gate.awaitRenewal();
            assertThat(labels(accept(deploy))).containsExactly("org.example.other 1.0.1");
        } finally {
            System.setProperty(Activators.Stubborn.GIVE_UP, "yes");
        }
        Await.until("nothing is left of it", () -> installed().size() == 1);
    }

    @Test
    void letsTheClassesOfABundleThatLeftBeCollected() throws Exception {
        Path jar =
                TestJar.plugin("sample", "1.0.1")
                        .activator(Activators.Idle.class)
                        .write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        gate.awaitRenewal();
        WeakReference<ClassLoader> loader = loaderOf(accept(deploy).get(0));
        TestJar.plugin("sample", "1.0.2").write(jar);
        gate.awaitRenewal();
        Bundle old = oldest();
        accept(deploy);
        deploy.release(old);
        awaitUninstalled(old);

        Await.until(
                "its class loader goes",
                () -> {
                    System.gc();
                    return loader.get() == null;
                });
    }

    private static WeakReference<ClassLoader> loaderOf(Bundle bundle) throws Exception {
        Class<?> type = bundle.loadClass(Activators.Idle.class.getName());
        assertThat(type).isNotEqualTo(Activators.Idle.class);
        return new WeakReference<>(type.getClassLoader());
    }

    private Bundle oldest() {
        return installed().get(0);
    }

    @Test
    void doesNotRestartABundleThatIsWiredToOneThatLeft() throws Exception {
        Path lib =
                TestJar.bundle("org.example.lib", "1.0.0")
                        .header("Export-Package", "org.example.lib")
                        .entry("org/example/lib/text", "a")
                        .write(folder.resolve("lib.jar"));
        TestJar.plugin("sample", "1.0.1")
                .header("Import-Package", "org.example.lib")
                .write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        gate.awaitRenewal();
        List<Bundle> both = accept(deploy);
        AtomicInteger stops = new AtomicInteger();
        context()
                .addBundleListener(
                        event -> {
                            if (event.getType() == BundleEvent.STOPPED
                                    && event.getBundle().equals(both.get(1))) {
                                stops.incrementAndGet();
                            }
                        });

        Files.delete(lib);
        gate.awaitRenewal();
        awaitUninstalled(both.get(0));
        Await.until("its row goes", () -> deploy.deployments().size() == 1);

        CountDownLatch refreshed = new CountDownLatch(1);
        framework
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(), event -> refreshed.countDown());
        assertThat(refreshed.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(both.get(1).getState()).isEqualTo(Bundle.ACTIVE);
        assertThat(stops).hasValue(0);
    }

    @Test
    void saysThatTheBundleWasUninstalledAtTheConsole() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        gate.awaitRenewal();
        accept(deploy).get(0).uninstall();
        awaitRefusal(deploy);
        assertThat(deploy.wanted()).isEmpty();
        assertThat(row(deploy, "refused").reason()).startsWith("its bundle was uninstalled");
        awaitFile(note("x.jar"));
        gate.awaitRenewal();

        Files.setLastModifiedTime(jar, FileTime.from(Instant.parse("2026-01-02T00:00:00Z")));
        Await.until("it is back", () -> deploy.wanted().size() == 1);
    }

    @Test
    void keepsTheNoteOfANewerContentWhenAnOlderOneIsAccepted() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        TestJar.write(jar, new byte[10]);
        awaitFile(note("x.jar"));

        accept(deploy);

        assertThat(states(deploy)).containsExactly("x.jar  refused", "x.jar 1.0.1 running");
        TestJar.plugin("other", "1.0.1").write(folder.resolve("y.jar"));
        Await.until("the other one is there", () -> deploy.wanted().size() == 2);
        assertThat(note("x.jar")).exists();
    }

    @Test
    void refusesClassesOfANewerJava() {
        Throwable failure =
                new BundleException(
                        "Activator start error",
                        new UnsupportedClassVersionError(
                                "org/example/X has been compiled by a more recent version of the"
                                        + " Java Runtime (class file version 143.0), this version"));
        assertThat(new BundleStart(Duration.ofSeconds(1)).reason(failure))
                .isEqualTo(
                        "its class org.example.X needs Java 99, and this is Java "
                                + Runtime.version().feature());
    }

    @Test
    void forgetsARefusalWhenTheJarIsGoneMeanwhile() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        gate.awaitRenewal();
        Bundle bundle = deploy.wanted().get(0);
        Files.delete(jar);
        gate.awaitRenewal();

        deploy.refuse(bundle, "it failed");

        awaitUninstalled(bundle);
        Await.until("its row goes", () -> deploy.deployments().isEmpty());
        assertThat(note("x.jar")).doesNotExist();
    }

    @Test
    void logsOneLineForEachChange() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        gate.awaitRenewal();
        Bundle first = accept(deploy).get(0);
        TestJar.plugin("sample", "1.0.2").write(jar);
        gate.awaitRenewal();
        deploy.refuse(deploy.wanted().get(0), "its self-check failed");
        TestJar.plugin("sample", "1.0.3").write(jar);
        gate.awaitRenewal();
        accept(deploy);
        deploy.release(first);
        Await.until("the first one leaves", () -> deploy.deployments().size() == 1);
        Await.until("that is logged", () -> log.lines().size() >= 4);

        assertThat(log.lines())
                .containsExactly(
                        "INFO deploy/x.jar: sample 1.0.1 is in use",
                        "SEVERE deploy/x.jar is refused: its self-check failed; sample 1.0.1 stays"
                                + " in use",
                        "INFO deploy/x.jar: sample 1.0.3 is in use",
                        "INFO sample 1.0.1 has left");
    }

    @Test
    void logsOnceThatNotesCannotBeWritten() throws Exception {
        for (String name : List.of("a.jar", "b.jar")) {
            TestJar.write(folder.resolve(name), new byte[10]);
            Files.createDirectories(note(name).resolve("full"));
        }
        open();
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("c.jar"));
        gate.awaitRenewal();

        assertThat(log.lines()).filteredOn(line -> line.contains(".jar is refused: ")).hasSize(2);
        assertThat(log.lines()).filteredOn(line -> line.contains("cannot be written")).hasSize(1);
    }

    @Test
    void warnsOnceOfAnOlderBundleForTheSamePlugin() throws Exception {
        TestJar.plugin("sample", "1.0.7").write(folder.resolve("a.jar"));
        TestJar.plugin("sample", "1.0.9").write(folder.resolve("b.jar"));
        DeployFolder deploy = open();
        accept(deploy);
        accept(deploy);

        assertThat(log.lines())
                .containsExactly(
                        "INFO deploy/b.jar: sample 1.0.9 is in use",
                        "WARNING deploy/a.jar: sample 1.0.7 is not used: sample 1.0.9 of b.jar is"
                                + " newer and in use");
    }

    private Path configure(String name, String text) throws IOException {
        Path part = folder.resolveSibling("part");
        Files.writeString(part, text);
        Files.setLastModifiedTime(part, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        return Files.move(part, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private static List<String> configured(DeployFolder deploy) {
        return deploy.configured().stream()
                .map(file -> file.pid() + " " + file.instance() + " " + texts(file))
                .toList();
    }

    private static Map<String, List<String>> texts(ConfiguredInstance file) {
        Map<String, List<String>> texts = new TreeMap<>();
        file.options().forEach((name, value) -> texts.put(name, value.texts()));
        return texts;
    }

    @Test
    void handsConfigurationsOverAsLongAsTheirFilesAreThere() throws Exception {
        TestJar.plugin("queue/some-where", "1.0.1").write(folder.resolve("x.jar"));
        Path file = configure("queue.some_where-one.cfg", "limit = 1\n");
        DeployFolder deploy = open();
        assertThat(configured(deploy)).containsExactly("queue.some_where one {limit=[1]}");
        assertThat(states(deploy))
                .containsExactly("queue.some_where-one.cfg  running", "x.jar 1.0.1 waiting");

        configure("queue.some_where-one.cfg", "limit = 2\n");
        Await.until(
                "it changes",
                () -> configured(deploy).contains("queue.some_where one {limit=[2]}"));

        Files.delete(file);
        Await.until("it goes", () -> deploy.configured().isEmpty());
        assertThat(states(deploy)).containsExactly("x.jar 1.0.1 waiting");
    }

    @Test
    void refusesConfigurationsThatMayNotBeTrustedOrAreNoPlugins() throws Exception {
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        configure("sample-open.cfg", "a = b");
        Files.setPosixFilePermissions(
                folder.resolve("sample-open.cfg"), PosixFilePermissions.fromString("rw-rw-rw-"));
        Path elsewhere = Files.writeString(temp.resolve("elsewhere"), "a = b");
        Files.createSymbolicLink(folder.resolve("sample-link.cfg"), elsewhere);
        Files.createDirectory(folder.resolve("sample-folder.cfg"));
        configure("sample-big.cfg", "#".repeat(ConfigurationFile.MOST_BYTES + 1));
        configure("sample-..up.cfg", "a = b");
        configure("sample-a b.cfg", "a = b");
        configure("sample.cfg", "a = b");
        configure("sample-x.config", "a=\"b\"");
        configure("sample-escape.cfg", "a = \\u00g0");
        configure("sample-file.cfg", "felix.fileinstall.filename = file:/etc/x");
        configure("org.apache.felix.fileinstall-evil.cfg", "felix.fileinstall.dir = /tmp");
        configure("org.apache.karaf.shell.cfg", "sshHost = 0.0.0.0");
        configure("org.qpsmtpd.cfg", "port = 25");
        configure("org.qpsmtpd.server-x.cfg", "port = 25");
        try (var latin = Files.newOutputStream(configure("sample-latin.cfg", ""))) {
            latin.write(new byte[] {'a', '=', (byte) 0xe9});
        }
        Files.setLastModifiedTime(
                folder.resolve("sample-latin.cfg"),
                FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));

        DeployFolder deploy = open();

        assertThat(deploy.configured()).isEmpty();
        assertThat(deploy.deployments())
                .filteredOn(row -> row.state().equals("refused"))
                .extracting(row -> row.file() + ": " + row.reason().replaceAll(";.*", ""))
                .containsExactly(
                        "org.apache.felix.fileinstall-evil.cfg: no plugin that is installed has the"
                                + " pid 'org.apache.felix.fileinstall'",
                        "org.apache.karaf.shell.cfg: it is not called NAME-INSTANCE.cfg",
                        "org.qpsmtpd.cfg: it is not called NAME-INSTANCE.cfg",
                        "org.qpsmtpd.server-x.cfg: no plugin that is installed has the pid"
                                + " 'org.qpsmtpd.server'",
                        "sample-..up.cfg: it is not called NAME-INSTANCE.cfg",
                        "sample-a b.cfg: it is not called NAME-INSTANCE.cfg",
                        "sample-big.cfg: it has 65537 bytes, and 65536 is the most",
                        "sample-escape.cfg: '\\u00g0' is no character: four digits must follow",
                        "sample-file.cfg: 'felix.fileinstall.filename' is no option of a plugin",
                        "sample-folder.cfg: it is no regular file",
                        "sample-latin.cfg: it is not UTF-8",
                        "sample-link.cfg: it is a symbolic link",
                        "sample-open.cfg: "
                                + folder.resolve("sample-open.cfg")
                                + " can be written by everybody",
                        "sample-x.config: no file that ends in .config is read here",
                        "sample.cfg: it is not called NAME-INSTANCE.cfg");
        assertThat(log.lines())
                .filteredOn(line -> line.contains("org.apache.karaf.shell.cfg"))
                .singleElement()
                .asString()
                .startsWith("SEVERE deploy/org.apache.karaf.shell.cfg is refused: ")
                .contains("give it the pid of a plugin");
        awaitFile(note("sample-open.cfg"));
    }

    @Test
    void keepsWhatAConfigurationSaidBeforeItBecameUnfit() throws Exception {
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        Path file = configure("sample-a.cfg", "limit = 1");
        DeployFolder deploy = open();

        configure("sample-a.cfg", "limit = \\u1");
        awaitRefusal(deploy);

        assertThat(configured(deploy)).containsExactly("sample a {limit=[1]}");
        assertThat(row(deploy, "refused").reason()).endsWith("until then it counts as it was");
        awaitFile(note("sample-a.cfg"));
        Files.writeString(file, "limit = 3");
        Await.until("it counts", () -> configured(deploy).contains("sample a {limit=[3]}"));
        awaitNo(note("sample-a.cfg"));
    }

    @Test
    void takesAConfigurationOnceItsPluginIsThere() throws Exception {
        configure("sample-a.cfg", "limit = 1");
        DeployFolder deploy = open();
        assertThat(row(deploy, "refused").reason()).contains("has the pid 'sample'");

        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));

        Await.until("it is taken", () -> deploy.configured().size() == 1);
        awaitNo(note("sample-a.cfg"));
    }

    @Test
    void passesOverNamesThatLeadToNoFile() throws Exception {
        Files.createFile(folder.resolve("a\nb.jar"));
        TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));

        assertThat(open().wanted()).hasSize(1);
        assertThat(log.lines())
                .filteredOn(line -> line.contains("not looked at, such as 'a b.jar'"))
                .hasSize(1);
    }

    @Test
    void refusesFragmentsOfWhatIsNotOfTheFolder() throws Exception {
        TestJar.bundle("org.example.a", "1")
                .header("Fragment-Host", "system.bundle; extension:=framework")
                .write(folder.resolve("a.jar"));
        TestJar.bundle("org.example.b", "1")
                .header("Fragment-Host", "org.apache.felix.framework")
                .write(folder.resolve("b.jar"));

        DeployFolder deploy = open();

        assertThat(states(deploy)).containsExactly("a.jar  refused", "b.jar  refused");
        assertThat(installed()).isEmpty();
    }

    @Test
    void keepsHooksOfTheFrameworkFromBundles() throws Exception {
        TestJar.bundle("org.example.a", "1")
                .activator(Activators.Weaver.class)
                .header(
                        "Import-Package",
                        "org.osgi.framework,org.osgi.framework.hooks.weaving;version=1")
                .write(folder.resolve("a.jar"));
        TestJar.bundle("org.example.b", "1")
                .activator(Activators.Weaver.class)
                .header("DynamicImport-Package", "*")
                .write(folder.resolve("b.jar"));
        TestJar.bundle("org.example.c", "1")
                .activator(Activators.Weaver.class)
                .header("Require-Bundle", "system.bundle")
                .write(folder.resolve("c.jar"));

        DeployFolder deploy = open();

        assertThat(states(deploy)).allMatch(state -> state.endsWith("refused")).hasSize(3);
        assertThat(context().getServiceReference(WeavingHook.class)).isNull();
        assertThat(deploy.deployments().get(0).reason())
                .startsWith("it imports org.osgi.framework.hooks.weaving, by which");
        assertThat(deploy.deployments().get(1).reason()).contains("WeavingHook");
    }

    @Test
    void takesTheJarsInsideOfAJar() throws Exception {
        TestJar.bundle("org.example.a", "1")
                .header("Bundle-ClassPath", ".,lib/inner.jar")
                .entry("lib/inner.jar", TestJar.zip("org/example/inner/text", "words"))
                .write(folder.resolve("a.jar"));

        Bundle bundle = open().wanted().get(0);

        assertThat(bundle.getResource("org/example/inner/text")).isNotNull();
    }

    private String logged() {
        return String.join("\n", log.lines());
    }

    private static TestJar library(String version, String... packages) {
        TestJar jar = TestJar.bundle("org.example.lib", version);
        for (String name : packages) {
            jar.header("Export-Package", name).entry(name.replace('.', '/') + "/text", "a");
        }
        return jar;
    }

    @Test
    void warnsOfWhatGoesUnderABundleThatUsesIt() throws Exception {
        Path lib = library("1.0.0", "org.example.lib").write(folder.resolve("lib.jar"));
        TestJar.plugin("sample", "1.0.1")
                .header("Import-Package", "org.example.lib")
                .write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        gate.awaitRenewal();
        accept(deploy);
        assertThat(deploy.warnings()).isEmpty();

        Files.delete(lib);
        gate.awaitRenewal();
        String lack =
                "deploy/x.jar: sample 1.0.1 uses the package org.example.lib of org.example.lib"
                        + " 1.0.0, whose jar is gone or holds it no more; it goes on as it is, and"
                        + " the next start refuses it: put that jar back";
        assertThat(deploy.warnings()).containsExactly(lack);
        assertThat(logged()).containsOnlyOnce(lack);
        assertThat(row(deploy, "running").reason()).startsWith("uses the package org.example.lib");

        library("1.0.0", "org.example.lib").write(lib);
        gate.awaitRenewal();
        assertThat(deploy.warnings()).isEmpty();

        library("1.0.1").write(lib);
        gate.awaitRenewal();
        assertThat(deploy.warnings()).containsExactly(lack);
    }

    @Test
    void letsTheEngineDecideAboutAContentWithoutThePluginThatWasThere() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        DeployFolder deploy = open();
        gate.awaitRenewal();
        Bundle old = accept(deploy).get(0);
        assertThat(deploy.successor(old)).isEmpty();

        TestJar.bundle("org.example.other", "2.0.0").write(jar);
        gate.awaitRenewal();
        assertThat(states(deploy)).containsExactly("x.jar 2.0.0 waiting", "x.jar 1.0.1 running");
        Bundle next = deploy.wanted().get(0);
        assertThat(deploy.successor(old)).contains(next);
        deploy.refuse(next, "a line names sample");

        assertThat(accept(deploy)).containsExactly(old);
        assertThat(states(deploy)).containsExactly("x.jar 2.0.0 refused", "x.jar 1.0.1 running");
        assertThat(logged()).contains("a line names sample; sample 1.0.1 stays in use");
        assertThat(logged()).doesNotContain("2.0.0 is in use");
        assertThat(deploy.refused())
                .singleElement()
                .asString()
                .startsWith("deploy/x.jar is refused: a line names sample; ");
    }

    @Test
    void knowsWhyAPluginIsNotThere() throws Exception {
        TestJar.plugin("sample", "1.0.1")
                .header("Import-Package", "org.example.lib")
                .write(folder.resolve("x.jar"));
        DeployFolder deploy = open();

        String fault =
                "it needs the package org.example.lib, and no bundle exports it; put what it needs"
                        + " into the deploy folder, or build it for what is there";
        assertThat(deploy.absence("sample"))
                .contains("deploy/x.jar has it, and is refused: " + fault);
        assertThat(deploy.absence("other")).isEmpty();
        TestJar.plain().write(folder.resolve("y.jar"));
        Await.until("y.jar is refused", () -> deploy.refused().size() == 2);
        assertThat(deploy.absence("other"))
                .hasValueSatisfying(
                        text ->
                                assertThat(text)
                                        .startsWith("deploy/y.jar may have it, and is refused: "));
    }

    @Test
    void tellsFewOfManyRefusals() throws Exception {
        for (int i = 0; i < 7; i++) {
            TestJar.plain().write(folder.resolve(i + ".jar"));
        }

        assertThat(open().refused()).hasSize(6).last().isEqualTo("2 more in deploy");
    }

    @Test
    void warnsOfAConfigurationWhosePluginHasLeft() throws Exception {
        Path jar = TestJar.plugin("sample", "1.0.1").write(folder.resolve("x.jar"));
        Files.writeString(folder.resolve("sample-one.cfg"), "key = value\n");
        DeployFolder deploy = open();
        gate.awaitRenewal();
        Bundle bundle = accept(deploy).get(0);
        assertThat(deploy.warnings()).isEmpty();

        Files.delete(jar);
        gate.awaitRenewal();
        accept(deploy);
        deploy.release(bundle);

        String lack =
                "deploy/sample-one.cfg configures nothing: no plugin that is installed has"
                        + " the pid 'sample'; install the plugin, or remove the file";
        Await.until("a line about the file", () -> logged().contains(lack));
        assertThat(deploy.warnings()).containsExactly(lack);
        assertThat(logged()).containsOnlyOnce(lack);
    }
}
