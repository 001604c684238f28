package org.qpsmtpd.console.socket;

import java.util.Arrays;
import java.util.List;
import org.apache.felix.service.command.Converter;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Lets the framework's own commands take bundles: {@code stop 42} and {@code stop SYMBOLIC-NAME}.
 */
@Component
public final class BundleConverter implements Converter {
    private final BundleContext framework;

    /** Sees all bundles. */
    @Activate
    public BundleConverter(BundleContext context) {
        framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getBundleContext();
    }

    /**
     * Finds a bundle by its number, or by its symbolic name when there is only one of that name.
     *
     * @return null when nothing is found, or something else is wanted
     */
    @Override
    public @Nullable Object convert(Class<?> desiredType, Object in) {
        if (desiredType != Bundle.class || in instanceof Bundle) {
            return null;
        }
        String text = in.toString();
        if (text.matches("[0-9]{1,18}")) {
            return framework.getBundle(Long.parseLong(text));
        }
        List<Bundle> named =
                Arrays.stream(framework.getBundles())
                        .filter(bundle -> text.equals(bundle.getSymbolicName()))
                        .toList();
        return named.size() == 1 ? named.get(0) : null;
    }

    /** Leaves it to others how something is shown. */
    @Override
    public @Nullable CharSequence format(Object target, int level, Converter escape) {
        return null;
    }
}
