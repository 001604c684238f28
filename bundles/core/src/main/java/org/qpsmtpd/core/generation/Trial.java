package org.qpsmtpd.core.generation;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.chain.TimeLimit;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.config.ConfigFiles;
import org.qpsmtpd.core.log.LogRouter;

/**
 * The plugins of a configuration directory as they would be, asked what they think of its files.
 * Whoever has one closes it.
 */
public final class Trial implements AutoCloseable {
    private static final long RELEASE_MILLIS = 5_000;
    private static final long LIMIT_SECONDS = 10;

    private final List<String> faults;
    private final List<PluginInstance> plugins;
    private final FileServices services;
    private final Runnable end;

    private Trial(
            List<String> faults,
            List<PluginInstance> plugins,
            FileServices services,
            Runnable end) {
        this.faults = List.copyOf(faults);
        this.plugins = List.copyOf(plugins);
        this.services = services;
        this.end = end;
    }

    /** With no plugin at all. */
    public static Trial empty() {
        return of(List.of());
    }

    /** Of plugins that are in use anyway. */
    public static Trial of(List<PluginInstance> plugins) {
        return of(plugins, FileServices.NONE);
    }

    /** Of plugins that are in use anyway, and of bundles that are no plugins. */
    public static Trial of(List<PluginInstance> plugins, FileServices services) {
        return new Trial(List.of(), plugins, services, () -> {});
    }

    /**
     * Makes the plugins that the lines of a directory name, for nobody to use.
     *
     * @param directories the directory, and those behind it
     * @param wanted the exchanged bundles that are to be used
     */
    static Trial begin(InstanceFactory running, List<Path> directories, List<Bundle> wanted) {
        LogRouter silent = new LogRouter(line -> {});
        InstanceFactory factory = running.forDirectory(directories.get(0), silent);
        Map<String, Made> made = new TreeMap<>();
        ConfigDirectory config = new ConfigDirectory(directories, silent);
        Candidate candidate = new Candidate(factory, config, silent, made, wanted, List.of());
        candidate.rehearse(ListPlan.Source.of(new ConfigFiles(directories)));
        return new Trial(
                candidate.drafts().sentences(),
                candidate.drafts().instances(),
                FileServices.in(running.context()),
                () -> {
                    factory.release(List.copyOf(made.values()), RELEASE_MILLIS, true);
                    factory.close();
                    silent.close();
                });
    }

    /** Why a start would refuse them, a sentence each that begins with its place. */
    public List<String> faults() {
        return faults;
    }

    /**
     * What is wrong with lines of a file, as the first plugin says that reads it, or the bundle
     * that does.
     *
     * @param lines the texts of its lines
     * @return a sentence for each line; empty where nothing is wrong
     */
    public List<String> check(String file, List<String> lines) {
        for (PluginInstance plugin : plugins) {
            if (plugin.files().contains(file) && plugin.fileCheck().isPresent()) {
                String late = "plugin '" + plugin.name() + "' does not check it";
                return check(plugin.fileCheck().get(), late, file, lines);
            }
        }
        return services.of(file)
                .map(service -> check(service, "its bundle does not check it", file, lines))
                .orElseGet(() -> lines.stream().map(line -> "").toList());
    }

    private static List<String> check(
            FileCheck check, String late, String file, List<String> lines) {
        try {
            return TimeLimit.within(
                    LIMIT_SECONDS,
                    late,
                    () -> lines.stream().map(line -> fault(check, file, line)).toList());
        } catch (PluginFault e) {
            String fault = String.valueOf(e.getMessage());
            return lines.stream().map(line -> line.equals(lines.get(0)) ? fault : "").toList();
        }
    }

    private static String fault(FileCheck check, String file, String line) {
        try {
            check.checkLine(file, line);
            return "";
        } catch (IllegalArgumentException e) {
            return Optional.ofNullable(e.getMessage()).orElse("is left out");
        }
    }

    @Override
    public void close() {
        end.run();
    }
}
