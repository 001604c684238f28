package org.qpsmtpd.runtime.felix.container;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.qpsmtpd.runtime.felix.report.OneLine;

/** Starts a bundle, and says in words why one does not start. */
public final class BundleStarter {
    private static final Pattern MISSING_PACKAGE =
            Pattern.compile("missing requirement .*?\\(osgi\\.wiring\\.package=([\\w.]+)\\)");

    private BundleStarter() {}

    /** Starts it, unless it is a fragment, which belongs to another. */
    static void start(Bundle bundle) throws BundleException {
        boolean fragment = bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
        if (!fragment) {
            bundle.start();
        }
    }

    /** The resolver's report in words, when it is about a package; else as it is. */
    static String reason(BundleException failure) {
        String report = OneLine.reason(failure);
        Matcher matcher = MISSING_PACKAGE.matcher(report);
        return matcher.find()
                ? "it needs the package "
                        + matcher.group(1)
                        + ", which no bundle exports in a version that fits"
                : report;
    }
}
