package org.qpsmtpd.core.generation;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.qpsmtpd.api.plugin.FileCheck;

/**
 * The files of the configuration directory that bundles read which are no plugins, as their
 * services say at the moment it is made.
 */
public final class FileServices {
    /** Without any. */
    static final FileServices NONE = new FileServices(Map.of());

    private final Map<String, FileCheck> checks;

    private FileServices(Map<String, FileCheck> checks) {
        this.checks = checks;
    }

    /** Of services, by the names of their files. */
    public static FileServices of(Map<String, FileCheck> checks) {
        return new FileServices(Map.copyOf(checks));
    }

    static FileServices in(BundleContext context) {
        Map<String, FileCheck> checks = new TreeMap<>();
        try {
            String all = "(" + FileCheck.FILES + "=*)";
            for (ServiceReference<FileCheck> reference :
                    context.getServiceReferences(FileCheck.class, all)) {
                FileCheck check = context.getService(reference);
                for (String file : names(reference.getProperty(FileCheck.FILES))) {
                    if (check != null) {
                        checks.putIfAbsent(file, check);
                    }
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the filter is a constant", e);
        }
        return new FileServices(checks);
    }

    private static String[] names(Object property) {
        return property instanceof String[] names ? names : new String[] {String.valueOf(property)};
    }

    /** The names of the files. */
    Set<String> files() {
        return checks.keySet();
    }

    /** Who knows what is wrong with the lines of a file; absent when nobody does. */
    Optional<FileCheck> of(String file) {
        return Optional.ofNullable(checks.get(file));
    }
}
