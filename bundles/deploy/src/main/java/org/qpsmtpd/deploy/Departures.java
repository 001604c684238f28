package org.qpsmtpd.deploy;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uninstalls bundles, each on a thread of its own since a bundle may hang when it stops, and lets
 * the framework forget their classes as soon as no other bundle is wired to them.
 */
final class Departures {
    private static final Logger LOG = LoggerFactory.getLogger(Departures.class);

    private final FrameworkWiring wiring;
    private final Roster roster;

    Departures(BundleContext context, Roster roster) {
        this.wiring =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        this.roster = roster;
    }

    /** Uninstalls bundles soon; returns at once. */
    void leave(Collection<DeployedBundle> bundles) {
        for (DeployedBundle bundle : bundles) {
            long id = bundle.bundle().getBundleId();
            Aside.soon("deploy uninstall " + id, () -> uninstall(bundle));
        }
    }

    private void uninstall(DeployedBundle bundle) {
        String label = bundle.label();
        uninstall(bundle.bundle());
        roster.left(bundle);
        if (bundle.served()) {
            LOG.info("{} has left", label);
        }
    }

    /** Uninstalls a bundle and returns when that is done. */
    void uninstall(Bundle bundle) {
        try {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
            }
        } catch (BundleException | IllegalStateException e) {
            LOG.debug("{} was not uninstalled", bundle, e);
        }
        forgetClasses();
    }

    /**
     * Refreshes the bundles that are gone but still there for others. One that a running bundle is
     * wired to must wait for that: a refresh would restart it under its sessions.
     */
    private void forgetClasses() {
        for (Bundle pending : wiring.getRemovalPendingBundles()) {
            Collection<Bundle> touched = wiring.getDependencyClosure(Set.of(pending));
            boolean alone =
                    touched.stream().allMatch(bundle -> bundle.getState() == Bundle.UNINSTALLED);
            if (alone) {
                wiring.refreshBundles(List.of(pending));
            }
        }
    }
}
