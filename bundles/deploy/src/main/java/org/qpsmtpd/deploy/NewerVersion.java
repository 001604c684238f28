package org.qpsmtpd.deploy;

import java.util.List;

/** Finds who has a newer bundle for a plugin than one that is to be used. */
final class NewerVersion {
    private NewerVersion() {}

    /** A remark for the bundle that is not used; empty when no other has a newer one. */
    static String remark(DeployedBundle bundle, List<DeployedBundle> all) {
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
}
