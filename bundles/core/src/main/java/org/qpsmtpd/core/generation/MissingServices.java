package org.qpsmtpd.core.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;
import org.qpsmtpd.api.service.ServerHome;

/** Says in a sentence which services a component waits for, and who would bring them. */
final class MissingServices {
    private static final String SERVICES = "osgi.service";

    private final BundleContext context;
    private final ServiceComponentRuntime components;

    MissingServices(BundleContext context, ServiceComponentRuntime components) {
        this.context = context;
        this.components = components;
    }

    /** What a component that has unsatisfied references needs. */
    String of(ComponentConfigurationDTO component) {
        List<String> needs = new ArrayList<>();
        for (UnsatisfiedReferenceDTO reference : component.unsatisfiedReferences) {
            String type = typeOf(component.description, reference.name);
            String target = isPlain(reference.target) ? "" : " with " + reference.target;
            needs.add("the service " + type + target + ", which is not there; " + bringer(type));
        }
        return "it needs " + String.join(", and ", needs);
    }

    /** The server's own is meant, as its author would say. */
    private static boolean isPlain(@Nullable String target) {
        return target == null || target.startsWith("(" + ServerHome.SERVER + "=");
    }

    /** The name of a reference may be made up by the compiler, as for a constructor's parameter. */
    private static String typeOf(ComponentDescriptionDTO component, String reference) {
        return Arrays.stream(component.references)
                .filter(declared -> declared.name.equals(reference))
                .map((ReferenceDTO declared) -> declared.interfaceName)
                .findFirst()
                .orElse(reference);
    }

    private String bringer(String type) {
        Set<String> bringers = new TreeSet<>();
        for (Bundle bundle : context.getBundles()) {
            if (declares(bundle, type)) {
                String why =
                        bundle.getState() == Bundle.ACTIVE
                                ? "is started but does not offer it"
                                : "is not started";
                bringers.add("bundle " + bundle.getSymbolicName() + " would bring it, and " + why);
            }
        }
        return bringers.isEmpty()
                ? "no bundle that is installed brings it: put one that does into the deploy folder"
                : String.join(", ", bringers);
    }

    private boolean declares(Bundle bundle, String type) {
        return components.getComponentDescriptionDTOs(bundle).stream()
                        .anyMatch(each -> List.of(each.serviceInterfaces).contains(type))
                || isAdvertised(bundle, type);
    }

    /** A bundle that is not started has no components yet, but may say what it will offer. */
    private static boolean isAdvertised(Bundle bundle, String type) {
        @Nullable BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return false;
        }
        return revision.getDeclaredCapabilities(SERVICES).stream()
                .map(BundleCapability::getAttributes)
                .anyMatch(attributes -> isFor(attributes, type));
    }

    private static boolean isFor(Map<String, Object> attributes, String type) {
        Object types = attributes.get(Constants.OBJECTCLASS);
        return types instanceof List<?> list ? list.contains(type) : type.equals(types);
    }
}
