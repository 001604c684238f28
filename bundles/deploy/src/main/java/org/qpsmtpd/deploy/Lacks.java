package org.qpsmtpd.deploy;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.qpsmtpd.core.gate.BundleSource;

/**
 * Finds what is used in the folder and is there only until the next start. A bundle stays wired to
 * one whose jar was removed or replaced, so nobody notices; at the next start it does not resolve.
 */
final class Lacks {
    private final FrameworkWiring framework;

    Lacks(BundleContext context) {
        framework =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    }

    /**
     * What bundles lack at the next start, a sentence for each that does.
     *
     * @param wanted the bundles that are looked at
     * @param there the bundles that jars of the folder hold now
     */
    Map<DeployedBundle, String> of(List<DeployedBundle> wanted, Set<Bundle> there) {
        Map<DeployedBundle, String> lacks = new LinkedHashMap<>();
        for (DeployedBundle deployed : wanted) {
            Set<String> gone = gone(deployed.bundle(), there);
            if (!gone.isEmpty()) {
                lacks.put(
                        deployed,
                        "uses "
                                + String.join(" and ", gone)
                                + ", whose jar is gone or holds it no more; it goes on as it is,"
                                + " and the next start refuses it: put that jar back");
            }
        }
        return lacks;
    }

    private Set<String> gone(Bundle bundle, Set<Bundle> there) {
        Set<String> gone = new TreeSet<>();
        @Nullable BundleWiring wiring = bundle.adapt(BundleWiring.class);
        List<BundleWire> wires = wiring == null ? null : wiring.getRequiredWires(null);
        for (BundleWire wire : wires == null ? List.<BundleWire>of() : wires) {
            Bundle provider = wire.getProvider().getBundle();
            BundleRequirement need = wire.getRequirement();
            if (isGone(provider, there)
                    && ResolverReport.isMandatory(need)
                    && isNowhere(need, there)) {
                gone.add(ResolverReport.wanted(need) + " of " + ResolverReport.label(provider));
            }
        }
        return gone;
    }

    private static boolean isGone(Bundle bundle, Set<Bundle> there) {
        return bundle.getState() == Bundle.UNINSTALLED
                || (bundle.getLocation().startsWith(BundleSource.LOCATION)
                        && !there.contains(bundle));
    }

    private boolean isNowhere(BundleRequirement need, Set<Bundle> there) {
        Collection<BundleCapability> providers = framework.findProviders(need);
        return providers.stream()
                .map(capability -> capability.getRevision().getBundle())
                .allMatch(bundle -> isGone(bundle, there));
    }
}
