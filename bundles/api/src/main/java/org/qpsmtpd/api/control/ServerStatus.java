package org.qpsmtpd.api.control;

import java.time.Instant;
import java.util.List;

/**
 * How a server is doing.
 *
 * @param version its version
 * @param started when it began to accept
 * @param addresses where it accepts, {@code HOST:PORT}
 * @param paused whether it accepts nothing for the moment
 * @param connections how many connections are open
 * @param mostConnections how many may be; 0 for no limit
 * @param sessions how many connections there have been since the start
 * @param mail what became of the mail of those
 * @param children workers that are there now
 * @param mostChildren how many there may be
 * @param waiting requests that wait for a worker
 * @param generation number of the current set of plugins
 * @param plugins how many plugins are in it
 * @param lists names of the plugin lists in it; the usual one is the first
 * @param faults why mail is deferred, a sentence each; empty when it is not
 * @param refused why the latest change, or what a file holds now, is not in use, a sentence each;
 *     empty when it is
 * @param warnings what should be mended although mail flows, a sentence each; empty for nothing
 * @param figures what plugins count of their own, in the order of the plugins
 */
public record ServerStatus(
        String version,
        Instant started,
        List<String> addresses,
        boolean paused,
        int connections,
        int mostConnections,
        long sessions,
        MailCounts mail,
        int children,
        int mostChildren,
        int waiting,
        int generation,
        int plugins,
        List<String> lists,
        List<String> faults,
        List<String> refused,
        List<String> warnings,
        List<PluginFigure> figures) {
    /** Copies the lists. */
    public ServerStatus {
        addresses = List.copyOf(addresses);
        lists = List.copyOf(lists);
        faults = List.copyOf(faults);
        refused = List.copyOf(refused);
        warnings = List.copyOf(warnings);
        figures = List.copyOf(figures);
    }
}
