package org.qpsmtpd.core.check;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.core.config.ConfigFiles;
import org.qpsmtpd.core.config.ConfigFiles.Reading;
import org.qpsmtpd.core.config.Finding;
import org.qpsmtpd.core.generation.KnownPlugins;

/**
 * Looks for mistakes in a configuration directory: as the server would read it, but with nothing
 * made, written or changed. What only a plugin's constructor can tell is not seen.
 */
public final class ConfigCheck {
    /** Names of the files that are looked at. */
    public static final Set<String> FILES = KnownFiles.ALL;

    private final Path directory;
    private final ConfigFiles files;
    private final KnownPlugins plugins;
    private final Patterns patterns;
    private final Set<Finding> findings = new TreeSet<>();
    private final Set<Path> looked = new HashSet<>();

    private ConfigCheck(
            Path directory, List<Path> fallbacks, KnownPlugins plugins, Patterns patterns) {
        this.directory = directory;
        this.plugins = plugins;
        this.patterns = patterns;
        List<Path> directories = new ArrayList<>(List.of(directory));
        directories.addAll(fallbacks);
        files = new ConfigFiles(directories);
    }

    /**
     * Checks a directory.
     *
     * @param fallbacks where a server that is given the directory looks for what is not in it
     * @param plugins the plugins that are installed
     * @param patterns compiles the regular expressions of files
     * @return what is wrong, a sentence each that begins with {@code FILE:LINE}, in the order of
     *     files and lines
     */
    public static List<String> check(
            Path directory, List<Path> fallbacks, KnownPlugins plugins, Patterns patterns) {
        if (!Files.isDirectory(directory)) {
            String what = "is not there, or is no directory; name a configuration directory";
            return List.of(new Finding(directory.toString(), 0, what).sentence());
        }
        ConfigCheck check = new ConfigCheck(directory, fallbacks, plugins, patterns);
        check.run();
        return check.findings.stream().map(Finding::sentence).toList();
    }

    private void run() {
        if (KnownFiles.ALL.stream().noneMatch(name -> Files.exists(directory.resolve(name)))) {
            String what = "holds no file that a server reads; name a configuration directory";
            findings.add(new Finding(directory.toString(), 0, what));
            return;
        }
        for (String name : KnownFiles.ALL) {
            check(name, files.read(name));
        }
        findings.addAll(KnownFiles.misspelt(directory, looked));
    }

    private void check(String name, Reading reading) {
        findings.addAll(reading.findings());
        reading.looked().forEach(path -> looked.add(path.toAbsolutePath().normalize()));
        List<ConfigLine> lines = new ArrayList<>(reading.lines());
        lines.removeIf(line -> reading.findings().stream().anyMatch(found -> found.isAt(line)));
        switch (name) {
            case "plugins" -> checkPlugins(lines, reading.findings().isEmpty());
            case "logging" -> new PluginLinesCheck(plugins).check(lines, findings);
            default -> checkValues(name, lines);
        }
    }

    /**
     * @param complete whether these are all lines: an include that is not there may be the one with
     *     the queue
     */
    private void checkPlugins(List<ConfigLine> lines, boolean complete) {
        Path file = files.find("plugins").orElse(directory.resolve("plugins"));
        PluginLinesCheck check = new PluginLinesCheck(plugins);
        check.check(lines, findings);
        if (complete) {
            check.missing().forEach(what -> findings.add(new Finding(file.toString(), 0, what)));
        }
    }

    private void checkValues(String name, List<ConfigLine> lines) {
        if (lines.isEmpty()) {
            return;
        }
        if (CoreValues.isOf(name)) {
            Path file = files.find(name).orElse(directory.resolve(name));
            if (Files.isDirectory(file)) {
                String what = "is a directory; make it a file with the value in its first line";
                findings.add(new Finding(file.toString(), 0, what));
                return;
            }
            add(lines.get(0), CoreValues.fault(name, lines.get(0).text()));
            return;
        }
        for (ConfigLine line : lines) {
            add(line, ListEntries.fault(name, line.text(), patterns));
        }
    }

    private void add(ConfigLine line, String fault) {
        if (!fault.isEmpty()) {
            findings.add(new Finding(line.file(), line.line(), fault));
        }
    }
}
