package org.qpsmtpd.core.generation;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.client.ClientLists;
import org.qpsmtpd.core.client.ClientRule;
import org.qpsmtpd.core.client.PeerFiles;
import org.qpsmtpd.core.config.ConfigFiles;
import org.qpsmtpd.core.config.CoreFile;

/**
 * Which plugin lists a configuration has, by {@code config/clients} and, where {@code
 * config/plugins} has the line {@code peers}, the files of {@code config/peers}.
 *
 * @param clients which client has which list
 * @param peers whether the files of {@code config/peers} are used, so that the plugins of {@code
 *     config/plugins} are asked before the connection only
 * @param peerFiles the names of all files there; empty while they are not used
 * @param faults lines that cannot be read, a sentence each
 * @param places the place that names a list, by its name
 */
public record ListPlan(
        ClientLists clients,
        boolean peers,
        List<String> peerFiles,
        List<String> faults,
        Map<String, String> places) {
    /** Copies the lists. */
    public ListPlan {
        peerFiles = List.copyOf(peerFiles);
        faults = List.copyOf(faults);
        places = Map.copyOf(places);
    }

    /** Where the files are read. */
    public interface Source {
        /** The values of a file; none when there is no such file. */
        List<ConfigLine> lines(String name);

        /**
         * The names of the files in a folder.
         *
         * @throws UncheckedIOException when it cannot be listed
         */
        List<String> namesIn(String folder);

        /** Files that are read each time, as far as they can be. */
        static Source of(ConfigFiles files) {
            return new Source() {
                @Override
                public List<ConfigLine> lines(String name) {
                    return files.read(name).lines();
                }

                @Override
                public List<String> namesIn(String folder) {
                    return files.namesIn(folder);
                }
            };
        }
    }

    /** Reads the files that say which lists there are. */
    public static ListPlan of(Source source) {
        Map<String, String> places = new HashMap<>();
        List<String> faults = new ArrayList<>();
        List<ClientRule> rules = new ArrayList<>();
        for (ConfigLine line : source.lines(CoreFile.CLIENTS.file())) {
            try {
                ClientRule rule = ClientRule.parse(line.text());
                rules.add(rule);
                places.putIfAbsent(rule.list(), line.place());
            } catch (IllegalArgumentException e) {
                faults.add(line.place() + ": " + e.getMessage());
            }
        }
        String peers =
                source.lines(CoreFile.PLUGINS.file()).stream()
                        .filter(ListPlan::isPeers)
                        .map(ConfigLine::place)
                        .findFirst()
                        .orElse("");
        List<String> files = peers.isEmpty() ? List.of() : peerFiles(source, peers, faults);
        rules.addAll(PeerFiles.rules(files));
        String usual = peers.isEmpty() ? ClientLists.USUAL : PeerFiles.usual();
        ClientLists clients = new ClientLists(rules, usual);
        clients.names().forEach(name -> places.putIfAbsent(name, peers));
        return new ListPlan(clients, !peers.isEmpty(), files, faults, places);
    }

    private static List<String> peerFiles(Source source, String place, List<String> faults) {
        try {
            return source.namesIn(PeerFiles.FOLDER);
        } catch (UncheckedIOException e) {
            faults.add(place + ": " + e.getMessage());
            return List.of();
        }
    }

    private static boolean isPeers(ConfigLine line) {
        return line.text().split("[ \t]", 2)[0].equals(PeerFiles.FOLDER);
    }

    /** The lines of a list that name plugins. */
    public static List<ConfigLine> ofPlugins(String list, List<ConfigLine> lines) {
        return list.equals(ClientLists.USUAL)
                ? lines.stream().filter(line -> !isPeers(line)).toList()
                : lines;
    }

    /** Says, with the place that names it, that a list has no line. */
    public String absence(String list) {
        return places.get(list)
                + ": the plugin list '"
                + list
                + "' is not there, or names no plugin; write the file "
                + list
                + " in the configuration directory";
    }
}
