package org.qpsmtpd.core.check;

import org.qpsmtpd.api.mail.AddressPattern;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.Patterns;

/** Entries of the plugins' files whose form is the api's, not a plugin's own. */
final class ListEntries {
    private ListEntries() {}

    /** What is wrong with an entry of a file; empty when nothing is, or nothing is known. */
    static String fault(String file, String entry, Patterns patterns) {
        try {
            switch (file) {
                case "badmailfrom", "badrcptto" ->
                        AddressPattern.parse(entry, patterns, file.equals("badrcptto"));
                case "rcpthosts" -> checkDomain(entry);
                case "hosts_allow" -> Network.parse(entry.split("\\s+", 2)[0]);
                case "relayclients", "norelayclients" -> checkNetwork(entry);
                default -> {
                    // the plugin alone knows
                }
            }
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void checkDomain(String entry) {
        if (!Hosts.isHost(entry.startsWith(".") ? entry.substring(1) : entry)) {
            throw new IllegalArgumentException("'" + entry + "' is not a domain");
        }
    }

    /** Beginnings of addresses may stand here too, but none with a slash. */
    private static void checkNetwork(String entry) {
        if (entry.indexOf('/') >= 0) {
            var unused = Network.parse(entry);
        }
    }
}
