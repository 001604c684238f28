package org.qpsmtpd.deploy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.qpsmtpd.api.control.DeploymentStatus;

/** A name in the deploy folder, and what became of its contents. Guarded by the {@link Roster}. */
final class Jar {
    static final String ENDING = ".jar";

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
            if (bundle.stage() != DeployedBundle.Stage.LEAVING || bundle.served()) {
                rows.add(bundle.row());
            }
        }
        return rows;
    }
}
