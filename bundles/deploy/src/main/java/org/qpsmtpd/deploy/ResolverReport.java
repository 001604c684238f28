package org.qpsmtpd.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Namespace;

/** Says in a sentence why a bundle does not resolve: what it needs, and what there is instead. */
final class ResolverReport {
    private static final Map<String, String> WORDS =
            Map.of(
                    PackageNamespace.PACKAGE_NAMESPACE, "the package",
                    BundleNamespace.BUNDLE_NAMESPACE, "the bundle",
                    HostNamespace.HOST_NAMESPACE, "the bundle");

    private final BundleContext context;
    private final FrameworkWiring wiring;

    ResolverReport(BundleContext context) {
        this.context = context;
        this.wiring =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    }

    /** Why the bundle, which is installed and does not resolve, does not. */
    String of(Bundle bundle) {
        String missing = missing(bundle);
        return missing.isEmpty() ? framework(bundle) : missing;
    }

    /** What the bundle needs and is not there; empty when all is. */
    String missing(Bundle bundle) {
        return missing(bundle, new HashSet<>());
    }

    private String missing(Bundle bundle, Set<Bundle> seen) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null || !seen.add(bundle)) {
            return "";
        }
        List<String> sentences = new ArrayList<>();
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            String sentence = isMandatory(requirement) ? missing(requirement, seen) : "";
            if (!sentence.isEmpty()) {
                sentences.add(sentence);
            }
        }
        return String.join("; ", sentences);
    }

    /** Whether a bundle cannot be without it. */
    static boolean isMandatory(BundleRequirement requirement) {
        Map<String, String> directives = requirement.getDirectives();
        String effective = directives.get(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE);
        String resolution = directives.get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE);
        return (effective == null || effective.equals(Namespace.EFFECTIVE_RESOLVE))
                && (resolution == null || resolution.equals(Namespace.RESOLUTION_MANDATORY));
    }

    private String missing(BundleRequirement requirement, Set<Bundle> seen) {
        Collection<BundleCapability> providers = wiring.findProviders(requirement);
        if (providers.isEmpty()) {
            return "it needs " + wanted(requirement) + instead(requirement);
        }
        String inner = "";
        for (BundleCapability provider : providers) {
            Bundle bundle = provider.getRevision().getBundle();
            if (bundle.getState() != Bundle.INSTALLED || bundle.equals(own(requirement))) {
                return "";
            }
            String missing = missing(bundle, seen);
            if (!missing.isEmpty()) {
                inner = label(bundle) + ", which does not resolve itself: " + missing;
            }
        }
        return inner.isEmpty() ? "" : "it needs " + wanted(requirement) + " of " + inner;
    }

    private static Bundle own(BundleRequirement requirement) {
        return requirement.getRevision().getBundle();
    }

    /** What is required, in words. */
    static String wanted(BundleRequirement requirement) {
        String namespace = requirement.getNamespace();
        String filter = filter(requirement);
        String name = Range.value(filter, namespace);
        Range range = Range.of(filter, versionKey(namespace));
        if (namespace.equals(ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE)) {
            String platform = "JavaSE".equals(name) ? "Java" : String.valueOf(name);
            return platform + " " + range.least();
        }
        String word = WORDS.get(namespace);
        if (word == null || name == null) {
            return "the capability " + namespace + " " + OneLine.of(filter);
        }
        return word + " " + name + range.text();
    }

    private String instead(BundleRequirement requirement) {
        String namespace = requirement.getNamespace();
        if (namespace.equals(ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE)) {
            return ", and this is Java " + Runtime.version().feature();
        }
        String name = Range.value(filter(requirement), namespace);
        Set<String> others = name == null ? Set.of() : others(namespace, name);
        if (!others.isEmpty()) {
            return ", and there is only version " + String.join(", ", others);
        }
        return namespace.equals(PackageNamespace.PACKAGE_NAMESPACE)
                ? ", and no bundle exports it"
                : ", and it is not there";
    }

    private Set<String> others(String namespace, String name) {
        Set<String> versions = new TreeSet<>();
        for (Bundle bundle : context.getBundles()) {
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            if (revision == null) {
                continue;
            }
            for (BundleCapability capability : revision.getDeclaredCapabilities(namespace)) {
                Map<String, Object> attributes = capability.getAttributes();
                if (name.equals(attributes.get(namespace))) {
                    versions.add(attributes.get(versionKey(namespace)) + " of " + label(bundle));
                }
            }
        }
        return versions;
    }

    private static String versionKey(String namespace) {
        boolean ofBundle =
                namespace.equals(BundleNamespace.BUNDLE_NAMESPACE)
                        || namespace.equals(HostNamespace.HOST_NAMESPACE);
        return ofBundle ? Constants.BUNDLE_VERSION_ATTRIBUTE : Constants.VERSION_ATTRIBUTE;
    }

    private static String filter(BundleRequirement requirement) {
        String filter = requirement.getDirectives().get(Namespace.REQUIREMENT_FILTER_DIRECTIVE);
        return filter == null ? "" : filter;
    }

    /** A bundle's name and version. */
    static String label(Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }

    /** What is needed is there, but does not fit together: only the framework knows more. */
    private static String framework(Bundle bundle) {
        try {
            bundle.start(Bundle.START_TRANSIENT);
            return "it resolves only at the second attempt";
        } catch (BundleException e) {
            return "what it needs does not fit together: "
                    + OneLine.of(String.valueOf(e.getMessage()));
        }
    }

    /** The versions that a requirement's filter takes. */
    private record Range(String text, String least) {
        private static final String VALUE = "([^()*]+)\\)";

        static @Nullable String value(String filter, String key) {
            return find(filter, "\\(" + Pattern.quote(key) + "=" + VALUE);
        }

        private static @Nullable String find(String filter, String pattern) {
            Matcher matcher = Pattern.compile(pattern).matcher(filter);
            return matcher.find() ? matcher.group(1).strip() : null;
        }

        static Range of(String filter, String key) {
            String name = Pattern.quote(key);
            String below = find(filter, "\\(!\\s*\\(" + name + ">=" + VALUE);
            String above = find(filter, "\\(!\\s*\\(" + name + "<=" + VALUE);
            String least = find(filter, "(?<!!)\\(" + name + ">=" + VALUE);
            String most = find(filter, "(?<!!)\\(" + name + "<=" + VALUE);
            String exactly = value(filter, key);
            if (exactly != null) {
                return new Range(" in version " + exactly, exactly);
            }
            String from = least == null ? above : least;
            String to = most == null ? below : most;
            if (from == null) {
                return new Range("", "");
            }
            if (to == null) {
                return new Range(" in version " + from + " or newer", from);
            }
            String open = least == null ? "(" : "[";
            String close = most == null ? ")" : "]";
            return new Range(" in version " + open + from + "," + to + close, from);
        }
    }
}
