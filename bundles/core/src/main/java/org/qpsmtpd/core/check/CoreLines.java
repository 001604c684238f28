package org.qpsmtpd.core.check;

import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.core.client.ClientRule;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.config.PortNumber;

/** What the lines of the core's files may be that hold a list. */
final class CoreLines {
    private static final Pattern MECHANISM = Pattern.compile("[A-Za-z0-9_-]{1,20}");

    private static final Map<String, UnaryOperator<String>> FAULTS =
            Map.of(
                    "proxy_protocol_from",
                    CoreLines::network,
                    "xclient_from",
                    CoreLines::network,
                    CoreFile.LMTP_PORTS.file(),
                    PortNumber::fault,
                    CoreFile.CLIENTS.file(),
                    CoreLines::rule,
                    CoreFile.AUTH_MECHANISMS.file(),
                    CoreLines::mechanism);

    private CoreLines() {}

    /** Whether a file is one of these. */
    static boolean isOf(String name) {
        return FAULTS.containsKey(name);
    }

    /** What is wrong with a line; empty when nothing is. */
    static String fault(String name, String line) {
        return FAULTS.getOrDefault(name, any -> "").apply(line);
    }

    private static String rule(String line) {
        try {
            var unused = ClientRule.parse(line);
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String mechanism(String line) {
        return MECHANISM.matcher(line).matches()
                ? ""
                : "'" + line + "' is not the name of a mechanism, such as SCRAM-SHA-256";
    }

    private static String network(String line) {
        try {
            var unused = Network.parse(line);
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
