package org.qpsmtpd.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Asks the launcher, since Java has no words for it: a {@link Predicate} of paths with {@code
 * org.qpsmtpd.launcher=access_lists}. In a host of somebody else's there is none.
 */
@SuppressWarnings("rawtypes") // a service has no type parameters
final class LaunchersAccessLists implements AccessLists {
    private static final String FILTER = "(org.qpsmtpd.launcher=access_lists)";

    private final BundleContext context;

    LaunchersAccessLists(BundleContext context) {
        this.context = context;
    }

    @Override
    @SuppressWarnings("unchecked") // the launcher's takes paths
    public boolean isOn(Path path) throws IOException {
        for (ServiceReference<Predicate> reference : references()) {
            @Nullable Predicate<Path> launcher = context.getService(reference);
            if (launcher != null) {
                try {
                    return launcher.test(path);
                } catch (UncheckedIOException e) {
                    throw e.getCause();
                } finally {
                    context.ungetService(reference);
                }
            }
        }
        throw new IOException("nobody here can look for one");
    }

    private Collection<ServiceReference<Predicate>> references() {
        try {
            return context.getServiceReferences(Predicate.class, FILTER);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
