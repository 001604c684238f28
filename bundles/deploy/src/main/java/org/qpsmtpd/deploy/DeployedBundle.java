package org.qpsmtpd.deploy;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleRevision;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.api.plugin.Plugin;

/** One content that a jar has or had, installed as a bundle. Guarded by the {@link Roster}. */
final class DeployedBundle {
    /** How far it is, in order. */
    enum Stage {
        STARTING("waiting"),
        WAITING("waiting"),
        RUNNING("running"),
        RETIRING("retiring"),
        LEAVING("retiring");

        private final String state;

        Stage(String state) {
            this.state = state;
        }
    }

    private static final String HOOKS = "org.qpsmtpd.api.hook.";

    private final String jar;
    private final String hash;
    private final Bundle bundle;
    private final List<String> plugins;
    private Stage stage = Stage.STARTING;
    private Instant since = Instant.now();
    private boolean offered;
    private boolean served;
    private String remark = "";
    private String lack = "";

    /**
     * Makes the entry of a bundle that was just installed.
     *
     * @param jar name of the file
     * @param hash of its content
     */
    DeployedBundle(String jar, String hash, Bundle bundle) {
        this.jar = jar;
        this.hash = hash;
        this.bundle = bundle;
        this.plugins = plugins(bundle);
    }

    private static List<String> plugins(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return List.of();
        }
        return revision.getDeclaredCapabilities(Plugin.NAMESPACE).stream()
                .map(capability -> String.valueOf(capability.getAttributes().get("name")))
                .distinct()
                .toList();
    }

    String jar() {
        return jar;
    }

    String hash() {
        return hash;
    }

    Bundle bundle() {
        return bundle;
    }

    List<String> plugins() {
        return plugins;
    }

    Stage stage() {
        return stage;
    }

    void enter(Stage next) {
        stage = next;
        since = Instant.now();
    }

    /**
     * New sessions do not get it any more.
     *
     * @return whether it leaves at once, since nothing uses it, and is to be uninstalled
     */
    boolean retire() {
        if (!isInUse()) {
            return leave();
        }
        if (stage.compareTo(Stage.RETIRING) < 0) {
            enter(Stage.RETIRING);
        }
        return false;
    }

    /**
     * It goes.
     *
     * @return whether it is to be uninstalled; false when it is on its way already
     */
    boolean leave() {
        boolean first = stage != Stage.LEAVING;
        if (first) {
            enter(Stage.LEAVING);
        }
        return first;
    }

    /** Says that the engine has been told about it and may try it. */
    void setOffered() {
        offered = true;
    }

    /** Whether new sessions ever had it. */
    boolean served() {
        return served;
    }

    void setServed() {
        served = true;
    }

    /** Says that the engine which knew it is gone. */
    void forgetEngine() {
        offered = false;
        served = false;
    }

    String remark() {
        return remark;
    }

    void setRemark(String text) {
        remark = text;
    }

    /** What it uses that is there only until the next start; empty for nothing. */
    String lack() {
        return lack;
    }

    void setLack(String text) {
        lack = text;
    }

    /** The same, with the jar. */
    String lackSentence() {
        return jar + ": " + label() + " " + lack;
    }

    /** Whether new sessions are to have it, if no newer content of the jar can. */
    boolean isUsable() {
        return (stage == Stage.WAITING || stage == Stage.RUNNING)
                && bundle.getState() != Bundle.UNINSTALLED;
    }

    boolean isFragment() {
        return bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
    }

    /** Whether the engine or sessions may hold objects of it, so that it cannot simply go. */
    boolean isInUse() {
        return (offered || served) && (!plugins.isEmpty() || offersHooks());
    }

    private boolean offersHooks() {
        if (bundle.getState() == Bundle.UNINSTALLED) {
            return false;
        }
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        return services != null && Arrays.stream(services).anyMatch(DeployedBundle::isHook);
    }

    private static boolean isHook(ServiceReference<?> service) {
        return service.getProperty(Constants.OBJECTCLASS) instanceof String[] types
                && Arrays.stream(types).anyMatch(type -> type.startsWith(HOOKS));
    }

    /** Plugin and version, or symbolic name and version of an ordinary bundle. */
    String label() {
        String name =
                plugins.isEmpty()
                        ? String.valueOf(bundle.getSymbolicName())
                        : String.join(", ", plugins);
        return name + " " + bundle.getVersion();
    }

    DeploymentStatus row() {
        return new DeploymentStatus(
                jar,
                stage.state,
                String.valueOf(bundle.getSymbolicName()),
                bundle.getVersion().toString(),
                plugins,
                since,
                remark.isEmpty() ? lack : remark);
    }
}
