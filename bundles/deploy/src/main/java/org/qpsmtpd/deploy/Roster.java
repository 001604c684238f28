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
    /** Contents of a jar that may wait for the engine; older ones are given up. */
    private static final int MOST_WAITING = 2;

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
     * The file has a content that is installed already: it was touched, or put back.
     *
     * @return the bundle, if the content is known; empty when it is to be installed
     */
    synchronized Optional<DeployedBundle> takeBack(
            String name, String hash, List<DeployedBundle> leaving) {
        Jar jar = jar(name);
        Optional<DeployedBundle> known =
                jar.bundles().stream()
                        .filter(bundle -> bundle.hash().equals(hash))
                        .filter(bundle -> bundle.stage() != Stage.LEAVING)
                        .filter(bundle -> bundle.bundle().getState() != Bundle.UNINSTALLED)
                        .findFirst();
        known.ifPresent(bundle -> takeBack(jar, bundle, leaving));
        return known;
    }

    private static void takeBack(Jar jar, DeployedBundle bundle, List<DeployedBundle> leaving) {
        jar.clearFault();
        jar.bundles().remove(bundle);
        jar.bundles().add(bundle);
        if (bundle.stage() == Stage.RETIRING) {
            bundle.setRemark("");
            bundle.enter(Stage.WAITING);
        } else if (bundle.stage() == Stage.RUNNING) {
            retireBefore(jar, bundle, leaving);
        }
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
    synchronized boolean started(DeployedBundle bundle, List<DeployedBundle> leaving) {
        if (bundle.stage() != Stage.STARTING) {
            return false;
        }
        Jar jar = jar(bundle.jar());
        if (isJudged(jar)) {
            bundle.enter(Stage.WAITING);
            giveUpSurplus(jar, leaving);
        } else {
            bundle.enter(Stage.RUNNING);
            retireBefore(jar, bundle, leaving);
        }
        return true;
    }

    /** The engine decides about plugins, and about what takes the place of plugins. */
    private static boolean isJudged(Jar jar) {
        return jar.bundles().stream()
                .filter(bundle -> bundle.stage() != Stage.LEAVING)
                .anyMatch(bundle -> !bundle.plugins().isEmpty());
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

    private static void giveUpSurplus(Jar jar, List<DeployedBundle> leaving) {
        List<DeployedBundle> waiting =
                jar.bundles().stream().filter(bundle -> bundle.stage() == Stage.WAITING).toList();
        for (int i = 0; i < waiting.size() - MOST_WAITING; i++) {
            if (waiting.get(i).served()) {
                retire(waiting.get(i), leaving);
            } else {
                leave(waiting.get(i), leaving);
            }
        }
    }

    /**
     * What a refusal came to.
     *
     * @param current whether it is about the content that the file has now
     * @param stays what stays in use instead
     */
    record Refused(boolean current, Optional<DeployedBundle> stays) {}

    /** A content of a jar is not taken, before it became a bundle. */
    synchronized Refused refuse(String name, JarFault fault) {
        Jar jar = jar(name);
        jar.refuse(fault);
        return new Refused(true, jar.wanted());
    }

    /** A content of a jar is not taken; its bundle is to leave. */
    synchronized Refused refuse(
            DeployedBundle bundle, JarFault fault, List<DeployedBundle> leaving) {
        Jar jar = jar(bundle.jar());
        boolean current = jar.isPresent() && jar.fault().isEmpty() && jar.isNewest(bundle);
        if (current) {
            jar.refuse(fault, bundle);
        }
        if (bundle.served()) {
            retire(bundle, leaving);
        } else {
            leave(bundle, leaving);
        }
        if (jar.isPresent() && jar.wanted().isEmpty()) {
            bringBack(jar, bundle);
        }
        forget(jar);
        return new Refused(current, jar.wanted());
    }

    /** The predecessor may be on its way out already. */
    private static void bringBack(Jar jar, DeployedBundle refused) {
        List<DeployedBundle> bundles = jar.bundles();
        for (int i = bundles.size() - 1; i >= 0; i--) {
            DeployedBundle bundle = bundles.get(i);
            if (bundle != refused && bundle.stage() == Stage.RETIRING) {
                bundle.setRemark("");
                bundle.enter(Stage.RUNNING);
                return;
            }
        }
    }

    /**
     * The file is gone.
     *
     * @param interrupted takes the bundles that were being started
     */
    synchronized void removed(
            String name, List<DeployedBundle> leaving, List<DeployedBundle> interrupted) {
        Jar jar = jars.get(name);
        if (jar == null) {
            return;
        }
        jar.setHandled(null);
        jar.clearFault();
        for (DeployedBundle bundle : jar.bundles()) {
            if (bundle.stage() == Stage.STARTING) {
                interrupted.add(bundle);
            }
            bundle.setRemark("its jar was removed");
            retire(bundle, leaving);
        }
        forget(jar);
    }

    private void forget(Jar jar) {
        if (!jar.isPresent() && jar.bundles().isEmpty()) {
            jars.remove(jar.name());
        }
    }

    private static void retireBefore(Jar jar, DeployedBundle newer, List<DeployedBundle> leaving) {
        for (DeployedBundle bundle : jar.bundles()) {
            if (bundle == newer) {
                return;
            }
            if (bundle.stage() != Stage.RETIRING) {
                bundle.setRemark("its jar was replaced");
            }
            retire(bundle, leaving);
        }
    }

    private static void retire(DeployedBundle bundle, List<DeployedBundle> leaving) {
        if (!bundle.isInUse()) {
            leave(bundle, leaving);
        } else if (bundle.stage().compareTo(Stage.RETIRING) < 0) {
            bundle.enter(Stage.RETIRING);
        }
    }

    private static void leave(DeployedBundle bundle, List<DeployedBundle> leaving) {
        if (bundle.stage() != Stage.LEAVING) {
            bundle.enter(Stage.LEAVING);
            leaving.add(bundle);
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
    synchronized List<DeployedBundle> offer(List<DeployedBundle> leaving) {
        leaveUnserved(leaving);
        List<DeployedBundle> wanted = wanted();
        wanted.forEach(DeployedBundle::setOffered);
        return wanted;
    }

    private void leaveUnserved(List<DeployedBundle> leaving) {
        for (DeployedBundle bundle : all()) {
            if (bundle.stage() == Stage.RETIRING && !bundle.served()) {
                leave(bundle, leaving);
            }
        }
    }

    /** Another engine has come: no session of the former one is left. */
    synchronized void engineChanged(List<DeployedBundle> leaving) {
        all().forEach(DeployedBundle::forgetEngine);
        leaveUnserved(leaving);
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
    synchronized List<DeployedBundle> accepted(
            Collection<Bundle> bundles, List<DeployedBundle> leaving) {
        List<DeployedBundle> fresh = new ArrayList<>();
        for (DeployedBundle bundle : all()) {
            if (bundles.contains(bundle.bundle()) && accept(bundle, leaving)) {
                fresh.add(bundle);
            }
        }
        leaveUnserved(leaving);
        return fresh;
    }

    private boolean accept(DeployedBundle bundle, List<DeployedBundle> leaving) {
        bundle.setServed();
        if (bundle.stage() != Stage.WAITING) {
            return false;
        }
        bundle.enter(Stage.RUNNING);
        retireBefore(jar(bundle.jar()), bundle, leaving);
        return true;
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
            String remark = newer(bundle, running);
            if (!remark.equals(bundle.remark())) {
                bundle.setRemark(remark);
                if (!remark.isEmpty()) {
                    news.add(bundle);
                }
            }
        }
        return news;
    }

    private static String newer(DeployedBundle bundle, List<DeployedBundle> all) {
        for (String plugin : bundle.plugins()) {
            for (DeployedBundle other : all) {
                if (other.plugins().contains(plugin) && isNewer(other, bundle)) {
                    return plugin
                            + " "
                            + other.bundle().getVersion()
                            + " of "
                            + other.jar()
                            + (isSame(other, bundle)
                                    ? ", which came later, is in use"
                                    : " is newer and in use");
                }
            }
        }
        return "";
    }

    private static boolean isSame(DeployedBundle one, DeployedBundle other) {
        return one.bundle().getVersion().equals(other.bundle().getVersion());
    }

    /** The engine's own order: the higher version, then the one that was installed last. */
    private static boolean isNewer(DeployedBundle one, DeployedBundle other) {
        int order = one.bundle().getVersion().compareTo(other.bundle().getVersion());
        return order == 0 ? one.bundle().getBundleId() > other.bundle().getBundleId() : order > 0;
    }

    /** One row for each content that matters, by name of the jar. */
    synchronized List<DeploymentStatus> rows() {
        return jars.values().stream().flatMap(jar -> jar.rows().stream()).toList();
    }
}
