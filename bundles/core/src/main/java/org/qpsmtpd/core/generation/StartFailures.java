package org.qpsmtpd.core.generation;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.chain.TimeLimit;
import org.qpsmtpd.core.generation.PluginCatalog.Offer;

/** Says in a sentence why a plugin did not start. */
final class StartFailures {
    private static final String CAUSED = "Caused by: ";
    private static final String SENTENCE = IllegalArgumentException.class.getName() + ": ";

    /** What is said behind the path, in place of the exception's type. */
    private static final Map<String, String> OF_FILES =
            Map.of(
                    NoSuchFileException.class.getName(),
                    ": there is no such file or folder",
                    AccessDeniedException.class.getName(),
                    ": the server's user may not use it",
                    NotDirectoryException.class.getName(),
                    ": it is no folder");

    private final BundleContext context;
    private final ServiceComponentRuntime components;
    private final Declarations declarations;

    StartFailures(
            BundleContext context, ServiceComponentRuntime components, Declarations declarations) {
        this.context = context;
        this.components = components;
        this.declarations = declarations;
    }

    /** What Declarative Services says of a component that did not come up, in one sentence. */
    String of(Offer offer, String pid) throws PluginFault {
        for (ComponentConfigurationDTO component :
                components.getComponentConfigurationDTOs(declarations.describe(offer))) {
            if (!pid.equals(component.properties.get("service.pid"))) {
                continue;
            }
            if (component.unsatisfiedReferences.length > 0) {
                return new MissingServices(context, components).of(component);
            }
            if (component.failure != null) {
                return cause(component.failure);
            }
        }
        return classFault(offer);
    }

    /** Declarative Services keeps to itself why a class cannot be loaded. */
    private String classFault(Offer offer) throws PluginFault {
        String name = declarations.describe(offer).implementationClass;
        return TimeLimit.within(() -> classFault(offer.bundle(), name));
    }

    private static String classFault(Bundle bundle, String name) {
        try {
            var unused = bundle.loadClass(name);
            return "it did not start";
        } catch (ClassNotFoundException e) {
            return "its bundle does not hold the class " + name;
        } catch (UnsupportedClassVersionError e) {
            return "it is compiled for a later Java than "
                    + Runtime.version().feature()
                    + ": "
                    + e.getMessage();
        } catch (LinkageError e) {
            return "its class " + name + " cannot be loaded: " + e;
        }
    }

    /**
     * What a printed stack trace says: the plugin's own sentence, which it gives with an
     * IllegalArgumentException, else the innermost cause, in words where it is one of Java's about
     * files, which say only which file.
     */
    static String cause(String trace) {
        String cause = trace.lines().findFirst().orElse("it did not start");
        for (String line : trace.lines().toList()) {
            String thrown = line.startsWith(CAUSED) ? line.substring(CAUSED.length()) : cause;
            if (thrown.startsWith(SENTENCE)) {
                return thrown.substring(SENTENCE.length());
            }
            cause = thrown;
        }
        for (Map.Entry<String, String> known : OF_FILES.entrySet()) {
            String type = known.getKey() + ": ";
            if (cause.startsWith(type)) {
                return cause.substring(type.length()) + known.getValue();
            }
        }
        return cause;
    }
}
