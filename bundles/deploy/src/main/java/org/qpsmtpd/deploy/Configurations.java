package org.qpsmtpd.deploy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.deploy.JarFault.Kind;

/**
 * The instances of plugins that files of the folder configure. A file that is not taken leaves what
 * was taken of it before. Changed by one thread, read by any.
 */
final class Configurations {
    /** What is said of a file whose plugin has gone. */
    static final String WAITING = "its plugin is not installed any more";

    private record Taken(ConfiguredInstance instance, Instant since) {}

    private final BundleContext context;
    private final Map<String, Taken> taken = new ConcurrentSkipListMap<>();
    private final Set<String> waiting = new HashSet<>();

    Configurations(BundleContext context) {
        this.context = context;
    }

    /** Reads a file that may be trusted. */
    ConfiguredInstance read(Path file) throws IOException, JarFault {
        String pid = ConfigurationFile.checkedPid(String.valueOf(file.getFileName()));
        if (plugins(pid).isEmpty()) {
            throw new JarFault(
                    Kind.UNKNOWN,
                    "no plugin that is installed has the pid '" + pid + "'",
                    "install the plugin, or mend the name of the file; only instances of plugins"
                            + " are configured here");
        }
        return ConfigurationFile.read(file, context::getProperty);
    }

    /**
     * Takes what a file says.
     *
     * @return whether it is something else than before
     */
    boolean take(String file, ConfiguredInstance instance) {
        Taken before = taken.get(file);
        if (before != null && before.instance().equals(instance)) {
            return false;
        }
        taken.put(file, new Taken(instance, Instant.now()));
        return true;
    }

    /** Whether something was taken of a file. */
    boolean has(String file) {
        return taken.containsKey(file);
    }

    /** Whether a plugin is installed that a file configures. */
    boolean isOffered(String file) {
        return ConfigurationFile.pid(file).filter(pid -> !plugins(pid).isEmpty()).isPresent();
    }

    /** The files whose plugin has gone since this was asked last. */
    List<String> begunToWait() {
        List<String> begun = new ArrayList<>();
        for (String file : taken.keySet()) {
            if (isOffered(file)) {
                waiting.remove(file);
            } else if (waiting.add(file)) {
                begun.add(file);
            }
        }
        waiting.retainAll(taken.keySet());
        return begun;
    }

    /** The names of the plugins with a pid, as bundles advertise them. */
    private List<String> plugins(String pid) {
        List<String> names = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            if (revision != null) {
                revision.getDeclaredCapabilities(Plugin.NAMESPACE).stream()
                        .map(capability -> String.valueOf(capability.getAttributes().get("name")))
                        .filter(name -> ConfiguredInstance.pid(name).equals(pid))
                        .filter(name -> !names.contains(name))
                        .forEach(names::add);
            }
        }
        return names;
    }

    /** Forgets a file that is gone. */
    void remove(String file) {
        taken.remove(file);
    }

    /** What was taken, by name of the file. */
    List<ConfiguredInstance> all() {
        return taken.values().stream().map(Taken::instance).toList();
    }

    /** The files that configure no plugin any more, a sentence each. */
    List<String> idle() {
        List<String> idle = new ArrayList<>();
        taken.forEach(
                (file, entry) -> {
                    String pid = entry.instance().pid();
                    if (plugins(pid).isEmpty()) {
                        idle.add(
                                file
                                        + " configures nothing: no plugin that is installed has the"
                                        + " pid '"
                                        + pid
                                        + "'; install the plugin, or remove the file");
                    }
                });
        return idle;
    }

    /** One row for each file that was taken. */
    List<DeploymentStatus> rows() {
        List<DeploymentStatus> rows = new ArrayList<>();
        taken.forEach((file, entry) -> rows.add(row(file, entry)));
        return rows;
    }

    private DeploymentStatus row(String file, Taken entry) {
        List<String> plugins = plugins(entry.instance().pid());
        return new DeploymentStatus(
                file,
                plugins.isEmpty() ? "waiting" : "running",
                "",
                "",
                plugins,
                entry.since(),
                plugins.isEmpty() ? WAITING : "");
    }
}
