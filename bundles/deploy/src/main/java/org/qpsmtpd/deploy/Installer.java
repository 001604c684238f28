package org.qpsmtpd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.qpsmtpd.core.gate.BundleSource;

/** Checks the private copy of a jar and installs it as a bundle beside its predecessors. */
final class Installer {
    private final BundleContext context;
    private final FolderSettings settings;
    private final JarCheck check = new JarCheck();
    private final Reach reach;
    private final Map<String, Bundle> leftOver = new HashMap<>();

    /** Takes note of the bundles that an earlier run of the component left in the framework. */
    Installer(BundleContext context, FolderSettings settings, Reach reach) {
        this.context = context;
        this.settings = settings;
        this.reach = reach;
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getLocation().startsWith(BundleSource.LOCATION)) {
                leftOver.put(bundle.getLocation(), bundle);
            }
        }
    }

    /** The bundles of an earlier run that no jar has claimed; no more can be claimed after that. */
    List<Bundle> leftOver() {
        List<Bundle> unclaimed = new ArrayList<>(leftOver.values());
        leftOver.clear();
        return unclaimed;
    }

    /** Checks a copy; nothing of it is used. */
    void check(PrivateCopy copy) throws JarFault {
        Optional<SignerCheck> signers = SignerCheck.read(settings.configDirectories());
        Attributes headers = check.check(copy.path());
        if (signers.isPresent()) {
            signers.get().check(copy.path());
        }
        reach.check(headers);
    }

    /** Installs a copy that has been checked. */
    DeployedBundle install(String jar, PrivateCopy copy) throws IOException, JarFault {
        Path path = settings.folder().resolve(jar);
        String location = freeLocation(BundleSource.LOCATION + path + "#" + copy.mark());
        try (InputStream in = Files.newInputStream(copy.path())) {
            Bundle bundle = context.installBundle(location, in);
            allowStart(bundle);
            return new DeployedBundle(jar, copy.hash(), bundle);
        } catch (BundleException e) {
            Throwable root = root(e);
            String reason =
                    "it cannot be installed: " + OneLine.of(String.valueOf(root.getMessage()));
            // A full disk, or no descriptor: the jar itself was read to its end before.
            throw root instanceof IOException
                    ? JarFault.unreadable(reason)
                    : new JarFault(JarFault.Kind.BROKEN, reason, "build the jar again");
        }
    }

    /** A bundle of the same content may still be on its way out. */
    private String freeLocation(String location) {
        if (leftOver.remove(location) != null) {
            return location;
        }
        String free = location;
        for (int number = 2; context.getBundle(free) != null; number++) {
            free = location + "-" + number;
        }
        return free;
    }

    /** In Karaf a new bundle would wait for a start level that may not be reached yet. */
    private void allowStart(Bundle bundle) {
        BundleStartLevel level = bundle.adapt(BundleStartLevel.class);
        int reached =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                        .adapt(FrameworkStartLevel.class)
                        .getStartLevel();
        if (level.getStartLevel() > reached && reached > 0) {
            level.setStartLevel(reached);
        }
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }
}
