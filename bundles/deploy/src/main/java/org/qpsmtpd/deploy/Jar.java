package org.qpsmtpd.deploy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.deploy.DeployedBundle.Stage;

/** A name in the deploy folder, and what became of its contents. Guarded by the {@link Roster}. */
final class Jar {
    static final String ENDING = ".jar";

    /** Contents that may wait for the engine; older ones are given up. */
    private static final int MOST_WAITING = 2;

    /** A content that was not taken. */
    private record Refusal(
            JarFault fault, Instant since, String bundle, String version, List<String> plugins) {}

    private final String name;
    private final List<DeployedBundle> bundles = new ArrayList<>();
    private @Nullable UnixFile handled;
    private @Nullable Refusal refusal;

    Jar(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** Its contents, oldest first. */
    List<DeployedBundle> bundles() {
        return bundles;
    }

    /** What the file looked like when it was handled; null when it is gone. */
    @Nullable UnixFile handled() {
        return handled;
    }

    boolean isPresent() {
        return handled != null;
    }

    void setHandled(@Nullable UnixFile file) {
        handled = file;
    }

    /** What new sessions are to have of it. */
    Optional<DeployedBundle> wanted() {
        return isPresent() ? newest() : Optional.empty();
    }

    private Optional<DeployedBundle> newest() {
        return bundles.stream().filter(DeployedBundle::isUsable).reduce((older, newer) -> newer);
    }

    /** Whether no bundle came after it. */
    boolean isNewest(DeployedBundle bundle) {
        return bundles.indexOf(bundle) == bundles.size() - 1;
    }

    Optional<JarFault> fault() {
        return Optional.ofNullable(refusal).map(Refusal::fault);
    }

    void refuse(JarFault fault) {
        refusal = new Refusal(fault, Instant.now(), "", "", List.of());
    }

    void refuse(JarFault fault, DeployedBundle bundle) {
        Bundle installed = bundle.bundle();
        refusal =
                new Refusal(
                        fault,
                        Instant.now(),
                        String.valueOf(installed.getSymbolicName()),
                        installed.getVersion().toString(),
                        bundle.plugins());
    }

    void clearFault() {
        refusal = null;
    }

    /** The engine decides about plugins, and about what takes the place of plugins. */
    boolean isJudged() {
        return bundles.stream()
                .filter(bundle -> bundle.stage() != Stage.LEAVING)
                .anyMatch(bundle -> !bundle.plugins().isEmpty());
    }

    /**
     * A content is in use: those before it retire.
     *
     * @return those that are to be uninstalled
     */
    List<DeployedBundle> retireBefore(DeployedBundle newer) {
        List<DeployedBundle> older = new ArrayList<>(bundles.subList(0, bundles.indexOf(newer)));
        for (DeployedBundle bundle : older) {
            if (bundle.stage() != Stage.RETIRING) {
                bundle.setRemark("its jar was replaced");
            }
        }
        older.removeIf(bundle -> !bundle.retire());
        return older;
    }

    /**
     * Gives up the oldest of too many contents that wait for the engine.
     *
     * @return those that are to be uninstalled
     */
    List<DeployedBundle> giveUpSurplus() {
        List<DeployedBundle> waiting =
                bundles.stream().filter(bundle -> bundle.stage() == Stage.WAITING).toList();
        return waiting.stream()
                .limit(Math.max(0, waiting.size() - MOST_WAITING))
                .filter(Jar::giveUp)
                .toList();
    }

    /** A content is not to be used; whether it is to be uninstalled. */
    static boolean giveUp(DeployedBundle bundle) {
        return bundle.served() ? bundle.retire() : bundle.leave();
    }

    /** What was before a refused content is used again; it may be on its way out already. */
    void bringBack(DeployedBundle refused) {
        for (int i = bundles.size() - 1; i >= 0; i--) {
            DeployedBundle bundle = bundles.get(i);
            if (bundle != refused && bundle.stage() == Stage.RETIRING) {
                bundle.setRemark("");
                bundle.enter(Stage.RUNNING);
                return;
            }
        }
    }

    /** What is not taken of it now. */
    Optional<DeploymentStatus> refusal() {
        return Optional.ofNullable(refusal)
                .map(
                        refused ->
                                new DeploymentStatus(
                                        name,
                                        "refused",
                                        refused.bundle,
                                        refused.version,
                                        refused.plugins,
                                        refused.since,
                                        refused.fault.sentence()));
    }

    List<DeploymentStatus> rows() {
        List<DeploymentStatus> rows = new ArrayList<>();
        refusal().ifPresent(rows::add);
        for (int i = bundles.size() - 1; i >= 0; i--) {
            DeployedBundle bundle = bundles.get(i);
            if (bundle.stage() != Stage.LEAVING || bundle.served()) {
                rows.add(bundle.row());
            }
        }
        return rows;
    }
}
