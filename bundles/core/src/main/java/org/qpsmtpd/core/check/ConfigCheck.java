package org.qpsmtpd.core.check;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.client.ClientLists;
import org.qpsmtpd.core.client.PeerFiles;
import org.qpsmtpd.core.config.ConfigFiles;
import org.qpsmtpd.core.config.ConfigFiles.Reading;
import org.qpsmtpd.core.config.Finding;
import org.qpsmtpd.core.generation.KnownPlugins;
import org.qpsmtpd.core.generation.ListPlan;
import org.qpsmtpd.core.generation.Trial;

/**
 * Looks for mistakes in a configuration directory: as the server would read it, but with nothing
 * written or changed.
 */
public final class ConfigCheck {
    private static final Pattern PLACE = Pattern.compile("(.+?):([0-9]+): (.+)", Pattern.DOTALL);

    private final Path directory;
    private final ConfigFiles files;
    private final ListPlan plan;
    private final KnownFiles known;
    private final KnownPlugins plugins;
    private final Trial rehearsal;
    private final Set<Finding> findings = new TreeSet<>();
    private final Set<Path> looked = new HashSet<>();
    private final Set<String> refused = new HashSet<>();

    private ConfigCheck(
            Path directory, List<Path> fallbacks, KnownPlugins plugins, Trial rehearsal) {
        this.directory = directory;
        this.plugins = plugins;
        this.rehearsal = rehearsal;
        known = new KnownFiles(plugins.files());
        List<Path> directories = new ArrayList<>(List.of(directory));
        directories.addAll(fallbacks);
        files = new ConfigFiles(directories);
        plan = ListPlan.of(ListPlan.Source.of(files));
    }

    /** Names of the files that are looked at. */
    public static Set<String> files(KnownPlugins plugins) {
        return new KnownFiles(plugins.files()).all();
    }

    /**
     * Checks a directory.
     *
     * @param fallbacks where a server that is given the directory looks for what is not in it
     * @param plugins the plugins that are installed
     * @param rehearsal the plugins that the directory's lines name
     * @return what is wrong, a sentence each that begins with {@code FILE:LINE}, in the order of
     *     files and lines
     */
    public static List<String> check(
            Path directory, List<Path> fallbacks, KnownPlugins plugins, Trial rehearsal) {
        if (!Files.isDirectory(directory)) {
            String what = "is not there, or is no directory; name a configuration directory";
            return List.of(new Finding(directory.toString(), 0, what).sentence());
        }
        ConfigCheck check = new ConfigCheck(directory, fallbacks, plugins, rehearsal);
        check.run();
        return check.findings.stream().map(Finding::sentence).toList();
    }

    /**
     * The files that a server with the directory would take from another one, a sentence each.
     *
     * @param fallbacks where it looks for what is not in the directory
     */
    public static List<String> takenFromElsewhere(
            Path directory, List<Path> fallbacks, KnownPlugins plugins) {
        List<Path> directories = new ArrayList<>(List.of(directory));
        directories.addAll(fallbacks);
        ConfigFiles files = new ConfigFiles(directories);
        List<String> taken = new ArrayList<>();
        for (String name : files(plugins)) {
            files.read(name).lines().stream()
                    .map(line -> Path.of(line.file()))
                    .filter(file -> !file.startsWith(directory))
                    .filter(file -> fallbacks.stream().anyMatch(file::startsWith))
                    .findFirst()
                    .ifPresent(file -> taken.add(name + " is taken from " + file));
        }
        return taken;
    }

    private void run() {
        if (known.all().stream().noneMatch(name -> Files.exists(directory.resolve(name)))) {
            String what = "holds no file that a server reads; name a configuration directory";
            findings.add(new Finding(directory.toString(), 0, what));
            return;
        }
        plan.faults().forEach(this::addFault);
        for (String name : known.all()) {
            check(name, files.read(name));
        }
        plan.clients().names().forEach(this::checkList);
        if (plan.peers()) {
            checkNames();
        }
        rehearsal.faults().forEach(this::addFault);
        findings.addAll(known.misspelt(directory, looked));
    }

    /** Why a plugin cannot be made, unless its line is known to be wrong. */
    private void addFault(String sentence) {
        Matcher place = PLACE.matcher(sentence);
        if (!place.matches()) {
            return; // a file that cannot be read, which has been found already
        }
        String file = place.group(1);
        int line = Integer.parseInt(place.group(2));
        if (!refused.contains(file + ":" + line)) {
            findings.add(new Finding(file, line, place.group(3)));
        }
    }

    private void check(String name, Reading reading) {
        findings.addAll(reading.findings());
        reading.looked().forEach(path -> looked.add(path.toAbsolutePath().normalize()));
        files.find(name).ifPresent(file -> addUnread(name, file));
        List<ConfigLine> lines = new ArrayList<>(reading.lines());
        lines.removeIf(line -> reading.findings().stream().anyMatch(found -> found.isAt(line)));
        switch (name) {
            case "plugins" -> checkFirst(lines);
            case "logging" -> checkLines(lines);
            default -> checkValues(name, lines);
        }
    }

    /** The usual list is looked at as such, unless the files of peers take its place. */
    private void checkFirst(List<ConfigLine> lines) {
        if (plan.peers()) {
            checkLines(ListPlan.ofPlugins(ClientLists.USUAL, lines));
        }
    }

    /** What clients of a list need, unless an include that is not there may have it. */
    private void checkList(String list) {
        Reading reading = files.read(list);
        findings.addAll(reading.findings());
        reading.looked().forEach(path -> looked.add(path.toAbsolutePath().normalize()));
        List<ConfigLine> lines = new ArrayList<>(ListPlan.ofPlugins(list, reading.lines()));
        lines.removeIf(line -> reading.findings().stream().anyMatch(found -> found.isAt(line)));
        PluginLinesCheck check = checkLines(lines);
        if (!reading.findings().isEmpty()) {
            return;
        }
        if (lines.isEmpty() && !list.equals(ClientLists.USUAL)) {
            addFault(plan.absence(list));
            return;
        }
        Path file = files.find(list).orElse(directory.resolve(list));
        check.missing().forEach(what -> findings.add(new Finding(file.toString(), 0, what)));
    }

    /** Files beside the lists of peers that are for nobody. */
    private void checkNames() {
        for (String file : plan.peerFiles()) {
            if (!PeerFiles.isKnown(file)) {
                Path path = directory.resolve(PeerFiles.FOLDER).resolve(file);
                String what =
                        "no client has this list; its name is to be the beginning of an address,"
                                + " such as 10.1, or local or 0";
                findings.add(new Finding(path.toString(), 0, what));
            }
        }
    }

    private PluginLinesCheck checkLines(List<ConfigLine> lines) {
        PluginLinesCheck check = new PluginLinesCheck(plugins);
        check.check(lines, findings);
        refused.addAll(check.refused());
        return check;
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
        if (CoreLines.isOf(name)) {
            lines.forEach(line -> add(line, CoreLines.fault(name, line.text())));
            return;
        }
        List<String> faults = rehearsal.check(name, lines.stream().map(ConfigLine::text).toList());
        for (int at = 0; at < faults.size(); at++) {
            add(lines.get(at), faults.get(at));
        }
    }

    private void addUnread(String name, Path file) {
        String unread = known.unread(name);
        if (!unread.isEmpty()) {
            findings.add(new Finding(file.toString(), 0, unread));
        }
    }

    private void add(ConfigLine line, String fault) {
        if (!fault.isEmpty()) {
            findings.add(new Finding(line.file(), line.line(), fault));
        }
    }
}
