package org.qpsmtpd.smtpclient;

import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.session.Connection;

/** Tells the next hop who the client is (Postfix, XCLIENT_README). */
final class HopXclient {
    private static final int MAX_LINE = 500;
    private static final String UNAVAILABLE = "[UNAVAILABLE]";

    private HopXclient() {}

    /**
     * The commands, in lines of at most 500 octets.
     *
     * @param offered attributes the next hop takes, in upper case
     */
    static List<String> commands(Connection client, List<String> offered) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder("XCLIENT");
        for (Map.Entry<String, String> attribute : attributes(client).entrySet()) {
            if (!offered.contains(attribute.getKey())) {
                continue;
            }
            String word = " " + attribute.getKey() + "=" + attribute.getValue();
            if (line.length() + word.length() > MAX_LINE) {
                lines.add(line.toString());
                line.setLength("XCLIENT".length());
            }
            line.append(word);
        }
        if (line.indexOf(" ") > 0) {
            lines.add(line.toString());
        }
        return lines;
    }

    private static Map<String, String> attributes(Connection client) {
        boolean named = !client.remoteHost().equals("Unknown");
        boolean v6 = client.remoteAddress() instanceof Inet6Address;
        int port = client.remotePort();
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("NAME", named ? xtext(client.remoteHost()) : UNAVAILABLE);
        attributes.put("ADDR", xtext((v6 ? "IPV6:" : "") + client.remoteIp()));
        attributes.put("PORT", port == 0 ? UNAVAILABLE : String.valueOf(port));
        attributes.put("HELO", xtext(client.helloHost()));
        attributes.put("PROTO", client.hello().isExtended() ? "ESMTP" : "SMTP");
        return attributes;
    }

    /** RFC 3461 section 4; what is empty or does not fit a line is not available. */
    private static String xtext(String value) {
        StringBuilder text = new StringBuilder();
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = octet > 32 && octet < 127 && octet != '+' && octet != '=';
            if (plain) {
                text.append((char) octet);
            } else {
                text.append(String.format("+%02X", octet));
            }
        }
        boolean fits = text.length() > 0 && text.length() <= MAX_LINE - "XCLIENT NAME=".length();
        return fits ? text.toString() : UNAVAILABLE;
    }
}
