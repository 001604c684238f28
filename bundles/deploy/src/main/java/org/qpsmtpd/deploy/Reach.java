package org.qpsmtpd.deploy;

import java.util.Collection;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.deploy.JarFault.Kind;

/**
 * How far a bundle of the deploy folder reaches: it may need others and be needed, run native code
 * and hold jars of its own, but it does not change bundles that are not of the folder. So it is no
 * fragment of one, uses none of the hooks by which a bundle changes others, and does not stand in
 * for a package of the server. What a manifest says is refused with a sentence; what a bundle would
 * find only while it runs, by a dynamic import or through another bundle, is not there for it.
 */
final class Reach implements ResolverHookFactory, ResolverHook {
    private static final String MEND = "build the jar without that";

    /** Hooks of the framework, and protocols of URLs for the whole process. */
    private static final String HOOKS =
            "org\\.osgi\\.framework\\.hooks\\.[\\w.]+|org\\.osgi\\.service\\.url";

    private static final Pattern HOOK = Pattern.compile(HOOKS);
    private static final Pattern IMPORTED_HOOK = inHeader(HOOKS);
    private static final Pattern EXPORTED = inHeader("org\\.qpsmtpd\\.(?:api|core)(?:\\.[\\w.]+)?");
    private static final Pattern HOST =
            Pattern.compile("\\s*([\\w.-]+)\\s*(;(?:[^,\"]|\"[^\"]*\")*)?");
    private static final Pattern EXTENSION = Pattern.compile("\\bextension\\s*:=");

    private final BundleContext context;

    Reach(BundleContext context) {
        this.context = context;
    }

    private static Pattern inHeader(String name) {
        return Pattern.compile("(?:^|[,;])\\s*(" + name + ")\\s*(?=[,;]|$)");
    }

    /**
     * Checks what a jar says of itself, before it is installed.
     *
     * @param headers the main attributes of its manifest
     */
    void check(Attributes headers) throws JarFault {
        String host = headers.getValue(Constants.FRAGMENT_HOST);
        if (host != null) {
            checkHost(host);
        }
        Optional<String> hook = find(IMPORTED_HOOK, headers, Constants.IMPORT_PACKAGE);
        if (hook.isPresent()) {
            throw fault("it imports " + hook.get() + ", by which a bundle changes others");
        }
        Optional<String> ours = find(EXPORTED, headers, Constants.EXPORT_PACKAGE);
        if (ours.isPresent()) {
            throw fault("it exports " + ours.get() + ", which is a package of the server");
        }
    }

    private static Optional<String> find(Pattern pattern, Attributes headers, String header) {
        String value = headers.getValue(header);
        Matcher matcher = pattern.matcher(value == null ? "" : value);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private void checkHost(String header) throws JarFault {
        Matcher host = HOST.matcher(header);
        if (!host.matches() || EXTENSION.matcher(header).find()) {
            throw fault("it is an extension of the framework, or a fragment of several bundles");
        }
        String name = host.group(1);
        boolean changesOthers = name.equals(Constants.SYSTEM_BUNDLE_SYMBOLICNAME);
        for (Bundle bundle : context.getBundles()) {
            changesOthers |= name.equals(bundle.getSymbolicName()) && !isDeployed(bundle);
        }
        if (changesOthers) {
            throw fault(
                    "it is a fragment of " + name + ", which is no bundle of the deploy folder");
        }
    }

    private static boolean isDeployed(Bundle bundle) {
        return bundle.getLocation().startsWith(BundleSource.LOCATION);
    }

    private static JarFault fault(String reason) {
        return new JarFault(Kind.BROKEN, reason, MEND);
    }

    @Override
    public ResolverHook begin(Collection<BundleRevision> triggers) {
        return this;
    }

    @Override
    public void filterMatches(
            BundleRequirement requirement, Collection<BundleCapability> candidates) {
        if (isDeployed(requirement.getRevision().getBundle())) {
            candidates.removeIf(Reach::isBeyond);
        }
    }

    private static boolean isBeyond(BundleCapability candidate) {
        Bundle owner = candidate.getRevision().getBundle();
        return switch (candidate.getNamespace()) {
            case HostNamespace.HOST_NAMESPACE -> !isDeployed(owner);
            case BundleNamespace.BUNDLE_NAMESPACE -> owner.getBundleId() == 0;
            case PackageNamespace.PACKAGE_NAMESPACE ->
                    HOOK.matcher(
                                    String.valueOf(
                                            candidate
                                                    .getAttributes()
                                                    .get(PackageNamespace.PACKAGE_NAMESPACE)))
                            .matches();
            default -> false;
        };
    }

    @Override
    public void filterResolvable(Collection<BundleRevision> candidates) {
        // whoever asks may be resolved
    }

    @Override
    public void filterSingletonCollisions(
            BundleCapability singleton, Collection<BundleCapability> collisions) {
        // the framework's own rule
    }

    @Override
    public void end() {
        // nothing is kept
    }
}
