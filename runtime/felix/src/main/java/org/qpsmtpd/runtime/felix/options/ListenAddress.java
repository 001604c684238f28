package org.qpsmtpd.runtime.felix.options;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * Where to listen, as the administrator wrote it.
 *
 * @param host a host name, an IPv4 address, or an IPv6 address in square brackets
 * @param port 0 to 65535; 0 takes a free port
 */
public record ListenAddress(String host, int port) {
    private static final Pattern SHAPE =
            Pattern.compile(
                    "(?<host>\\[[0-9A-Fa-f:.]+(?:%\\w+)?\\]|\\w[\\w.-]*)(?::(?<port>[0-9]{1,5}))?");
    private static final Pattern ONLY_DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\\.(?!$)|$)){4}");

    /**
     * Reads one value of an option.
     *
     * @param option the option as it is typed, for the error text
     * @param text host, A.B.C.D or [IPV6], optionally followed by a colon and a port
     * @param defaultPort the port when the text names none
     * @throws StartFailure with status 2 when the text has another shape
     */
    static ListenAddress parse(String option, String text, int defaultPort) throws StartFailure {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches() || !isHost(matcher.group("host"))) {
            throw malformed(option, text);
        }
        String port = matcher.group("port");
        if (port == null) {
            return new ListenAddress(matcher.group("host"), defaultPort);
        }
        if (Integer.parseInt(port) > 65_535) {
            throw malformed(option, text);
        }
        return new ListenAddress(matcher.group("host"), Integer.parseInt(port));
    }

    private static StartFailure malformed(String option, String text) {
        return StartFailure.usage(
                "option "
                        + option
                        + ": Malformed listen address '"
                        + text
                        + "', write HOST, A.B.C.D or [IPV6], each with an optional :PORT"
                        + " (0 to 65535)");
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[")) {
            return isIpv6(host);
        }
        return !ONLY_DIGITS_AND_DOTS.matcher(host).matches() || IPV4.matcher(host).matches();
    }

    private static boolean isIpv6(String bracketed) {
        if (!bracketed.contains(":")) {
            return false;
        }
        try {
            // A literal in brackets is never looked up; a scope must be an interface of this host.
            InetAddress.getByName(bracketed);
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
