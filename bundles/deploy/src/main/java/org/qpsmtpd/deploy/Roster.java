package org.qpsmtpd.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.deploy.DeployedBundle.Stage;

/**
 * Which jars there are and how far each of their contents is. Decides, but does nothing itself: no
 * method installs, starts or uninstalls. A configuration is a jar without contents to it. May be
 * used by any thread.
 *
 * <p>The contents of a jar are kept in the order they came. The newest that is usable is wanted.
 * When the engine has accepted it the older ones retire; when it is refused the one before it is
 * wanted again.
 */
final class Roster {
    private final SortedMap<String, Jar> jars = new TreeMap<>();

    /** Names of the jars that are in the folder as far as is known. */
    synchronized Set<String> present() {
        return names(Jar::isPresent);
    }

    /** Names of the jars that were refused for such a reason. */
    synchronized Set<String> refused(JarFault.Kind kind) {
        return names(jar -> jar.fault().filter(fault -> fault.kind() == kind).isPresent());
    }

    private Set<String> names(Predicate<Jar> which) {
        Set<String> names = new HashSet<>();
        for (Jar jar : jars.values()) {
            if (which.test(jar)) {
                names.add(jar.name());
            }
        }
        return names;
    }

    /** Why the newest content of a jar is not taken; empty when it is. */
    synchronized Optional<JarFault> fault(String name) {
        return Optional.ofNullable(jars.get(name)).flatMap(Jar::fault);
    }

    /** Whether this state of the file has been handled. */
    synchronized boolean isHandled(String name, UnixFile file) {
        Jar jar = jars.get(name);
        return jar != null && file.equals(jar.handled());
    }

    /** Notes that this state of the file is handled. */
    synchronized void setHandled(String name, UnixFile file) {
        jar(name).setHandled(file);
    }

    /** Notes that this state of a file, which holds no bundle, is taken. */
    synchronized void setTaken(String name, UnixFile file) {
        jar(name).setHandled(file);
        jar(name).clearFault();
    }

    private Jar jar(String name) {
        return jars.computeIfAbsent(name, Jar::new);
    }

    /**
     * What was decided.
     *
     * @param found what was asked for
     * @param leaving the bundles that are to be uninstalled now
     */
    record Decision<T>(T found, List<DeployedBundle> leaving) {}

    /**
     * The file has a content that is installed already: it was touched, or put back.
     *
     * @return the bundle, if the content is known; empty when it is to be installed
     */
    synchronized Decision<Optional<DeployedBundle>> takeBack(String name, String hash) {
        Jar jar = jar(name);
        Optional<DeployedBundle> known =
                jar.bundles().stream()
                        .filter(bundle -> bundle.hash().equals(hash))
                        .filter(bundle -> bundle.stage() != Stage.LEAVING)
                        .filter(bundle -> bundle.bundle().getState() != Bundle.UNINSTALLED)
                        .findFirst();
        return new Decision<>(known, known.map(bundle -> takeBack(jar, bundle)).orElse(List.of()));
    }

    private static List<DeployedBundle> takeBack(Jar jar, DeployedBundle bundle) {
        jar.clearFault();
        jar.bundles().remove(bundle);
        jar.bundles().add(bundle);
        if (bundle.stage() == Stage.RETIRING) {
            bundle.setRemark("");
            bundle.enter(Stage.WAITING);
        } else if (bundle.stage() == Stage.RUNNING) {
            return jar.retireBefore(bundle);
        }
        return List.of();
    }

    /** Takes up a bundle that was installed and is about to be started. */
    synchronized void add(DeployedBundle bundle) {
        Jar jar = jar(bundle.jar());
        jar.clearFault();
        jar.bundles().add(bundle);
    }

    /**
     * A bundle has started.
     *
     * @return false when nobody wants it any more
     */
    synchronized Decision<Boolean> started(DeployedBundle bundle) {
        if (bundle.stage() != Stage.STARTING) {
            return new Decision<>(false, List.of());
        }
        Jar jar = jar(bundle.jar());
        boolean judged = jar.isJudged();
        bundle.enter(judged ? Stage.WAITING : Stage.RUNNING);
        return new Decision<>(true, judged ? jar.giveUpSurplus() : jar.retireBefore(bundle));
    }

    /** What the jars hold that are there now, started or not. */
    synchronized Set<Bundle> staying() {
        Set<Bundle> staying = new HashSet<>();
        for (Jar jar : jars.values()) {
            jar.bundles().stream()
                    .filter(bundle -> jar.isPresent())
                    .filter(bundle -> bundle.stage().compareTo(Stage.RETIRING) < 0)
                    .forEach(bundle -> staying.add(bundle.bundle()));
        }
        return staying;
    }

    /** What new sessions are to have in the place of a bundle that they are to have no more. */
    synchronized Optional<Bundle> successor(Bundle bundle) {
        return jars.values().stream()
                .filter(jar -> jar.bundles().stream().anyMatch(it -> it.bundle().equals(bundle)))
                .findFirst()
                .flatMap(Jar::wanted)
                .map(DeployedBundle::bundle)
                .filter(wanted -> !wanted.equals(bundle));
    }

    /** The refusals of the newest contents of jars, by name of the jar. */
    synchronized List<DeploymentStatus> refusals() {
        return jars.values().stream().flatMap(jar -> jar.refusal().stream()).toList();
    }

    /**
     * Notes what bundles use that is there only until the next start.
     *
     * @param lacks a sentence for each bundle that does
     * @return the bundles for which that is news
     */
    synchronized List<DeployedBundle> noteLacks(Map<DeployedBundle, String> lacks) {
        List<DeployedBundle> news = new ArrayList<>();
        for (DeployedBundle bundle : all()) {
            String lack = lacks.getOrDefault(bundle, "");
            if (!lack.equals(bundle.lack())) {
                bundle.setLack(lack);
                if (!lack.isEmpty()) {
                    news.add(bundle);
                }
            }
        }
        return news;
    }

    /** What is noted of that, a sentence each. */
    synchronized List<String> lacks() {
        return all().stream()
                .filter(bundle -> !bundle.lack().isEmpty())
                .map(DeployedBundle::lackSentence)
                .toList();
    }

    /**
     * What a refusal came to.
     *
     * @param current whether it is about the content that the file has now
     * @param stays what stays in use instead
     * @param leaving the bundles that are to be uninstalled now
     */
    record Refused(boolean current, Optional<DeployedBundle> stays, List<DeployedBundle> leaving) {}

    /** A content of a jar is not taken, before it became a bundle. */
    synchronized Refused refuse(String name, JarFault fault) {
        Jar jar = jar(name);
        jar.refuse(fault);
        return new Refused(true, jar.wanted(), List.of());
    }

    /** A content of a jar is not taken; its bundle is to leave. */
    synchronized Refused refuse(DeployedBundle bundle, JarFault fault) {
        Jar jar = jar(bundle.jar());
        boolean current = jar.isPresent() && jar.fault().isEmpty() && jar.isNewest(bundle);
        if (current) {
            jar.refuse(fault, bundle);
        }
        List<DeployedBundle> leaving = Jar.giveUp(bundle) ? List.of(bundle) : List.of();
        if (jar.isPresent() && jar.wanted().isEmpty()) {
            jar.bringBack(bundle);
        }
        forget(jar);
        return new Refused(current, jar.wanted(), leaving);
    }

    /**
     * What became of the bundles of a file that is gone.
     *
     * @param interrupted those that were being started
     * @param leaving those that are to be uninstalled now
     */
    record Removed(List<DeployedBundle> interrupted, List<DeployedBundle> leaving) {}

    /** The file is gone. */
    synchronized Removed removed(String name) {
        Jar jar = jars.get(name);
        if (jar == null) {
            return new Removed(List.of(), List.of());
        }
        jar.setHandled(null);
        jar.clearFault();
        List<DeployedBundle> interrupted =
                jar.bundles().stream().filter(it -> it.stage() == Stage.STARTING).toList();
        jar.bundles().forEach(bundle -> bundle.setRemark("its jar was removed"));
        List<DeployedBundle> leaving =
                jar.bundles().stream().filter(DeployedBundle::retire).toList();
        forget(jar);
        return new Removed(interrupted, leaving);
    }

    private void forget(Jar jar) {
        if (!jar.isPresent() && jar.bundles().isEmpty()) {
            jars.remove(jar.name());
        }
    }

    /** A bundle has been uninstalled. */
    synchronized void left(DeployedBundle bundle) {
        Jar jar = jars.get(bundle.jar());
        if (jar != null) {
            jar.bundles().remove(bundle);
            forget(jar);
        }
    }

    /** Finds what was uninstalled by somebody else, such as an administrator at the console. */
    synchronized List<DeployedBundle> vanished() {
        List<DeployedBundle> vanished = new ArrayList<>();
        for (DeployedBundle bundle : all()) {
            if (bundle.stage() != Stage.LEAVING
                    && bundle.bundle().getState() == Bundle.UNINSTALLED) {
                vanished.add(bundle);
            }
        }
        return vanished;
    }

    private List<DeployedBundle> all() {
        return jars.values().stream().flatMap(jar -> jar.bundles().stream()).toList();
    }

    /** What new sessions are to have. */
    synchronized List<DeployedBundle> wanted() {
        return jars.values().stream().flatMap(jar -> jar.wanted().stream()).toList();
    }

    /**
     * What the engine is to try. Its last attempt is over, so what it has not accepted since and is
     * not wanted can go.
     */
    synchronized Decision<List<DeployedBundle>> offer() {
        List<DeployedBundle> leaving = leaveUnserved();
        List<DeployedBundle> wanted = wanted();
        wanted.forEach(DeployedBundle::setOffered);
        return new Decision<>(wanted, leaving);
    }

    private List<DeployedBundle> leaveUnserved() {
        return all().stream()
                .filter(bundle -> bundle.stage() == Stage.RETIRING && !bundle.served())
                .filter(DeployedBundle::leave)
                .toList();
    }

    /**
     * Another engine has come: no session of the former one is left.
     *
     * @return the bundles that are to be uninstalled now
     */
    synchronized List<DeployedBundle> engineChanged() {
        all().forEach(DeployedBundle::forgetEngine);
        return leaveUnserved();
    }

    /** The entry of a bundle that is not on its way out. */
    synchronized Optional<DeployedBundle> find(Bundle bundle) {
        return all().stream()
                .filter(deployed -> deployed.bundle().equals(bundle))
                .filter(deployed -> deployed.stage() != Stage.LEAVING)
                .findFirst();
    }

    /** Some servers use these bundles, whatever the others will say. */
    synchronized void taken(Collection<Bundle> bundles) {
        for (DeployedBundle bundle : all()) {
            if (bundles.contains(bundle.bundle())) {
                bundle.setServed();
            }
        }
    }

    /**
     * The engine uses these bundles.
     *
     * @return those that it did not use before
     */
    synchronized Decision<List<DeployedBundle>> accepted(Collection<Bundle> bundles) {
        List<DeployedBundle> fresh = new ArrayList<>();
        List<DeployedBundle> leaving = new ArrayList<>();
        for (DeployedBundle bundle : all()) {
            if (bundles.contains(bundle.bundle()) && isFresh(bundle)) {
                fresh.add(bundle);
                leaving.addAll(jar(bundle.jar()).retireBefore(bundle));
            }
        }
        leaving.addAll(leaveUnserved());
        return new Decision<>(fresh, leaving);
    }

    private static boolean isFresh(DeployedBundle bundle) {
        bundle.setServed();
        boolean fresh = bundle.stage() == Stage.WAITING;
        if (fresh) {
            bundle.enter(Stage.RUNNING);
        }
        return fresh;
    }

    /**
     * No session uses the bundle any more.
     *
     * @return its entry when it is to leave now
     */
    synchronized Optional<DeployedBundle> release(Bundle bundle) {
        Optional<DeployedBundle> found =
                find(bundle).filter(deployed -> deployed.stage() == Stage.RETIRING);
        found.ifPresent(deployed -> deployed.enter(Stage.LEAVING));
        return found;
    }

    /**
     * Notes with each bundle which other jar has a newer bundle for one of its plugins.
     *
     * @return the bundles for which that is news
     */
    synchronized List<DeployedBundle> compareVersions() {
        List<DeployedBundle> running = wanted();
        List<DeployedBundle> news = new ArrayList<>();
        for (DeployedBundle bundle : running) {
            String remark = NewerVersion.remark(bundle, running);
            if (!remark.equals(bundle.remark())) {
                bundle.setRemark(remark);
                if (!remark.isEmpty()) {
                    news.add(bundle);
                }
            }
        }
        return news;
    }

    /** One row for each content that matters, by name of the jar. */
    synchronized List<DeploymentStatus> rows() {
        return jars.values().stream().flatMap(jar -> jar.rows().stream()).toList();
    }
}
