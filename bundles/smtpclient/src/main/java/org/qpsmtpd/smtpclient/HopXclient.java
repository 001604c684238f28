package org.qpsmtpd.smtpclient;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.mail.XText;

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
    static List<String> commands(MailClient client, List<String> offered) {
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

    private static Map<String, String> attributes(MailClient client) {
        boolean named = !client.host().equals("Unknown");
        boolean v6 = client.address() instanceof Inet6Address;
        int port = client.port();
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("NAME", named ? available(client.host()) : UNAVAILABLE);
        attributes.put("ADDR", available((v6 ? "IPV6:" : "") + client.ip()));
        attributes.put("PORT", port == 0 ? UNAVAILABLE : String.valueOf(port));
        attributes.put("HELO", available(client.helloHost()));
        attributes.put("PROTO", client.isExtended() ? "ESMTP" : "SMTP");
        return attributes;
    }

    /** What is empty or does not fit a line is not available. */
    private static String available(String value) {
        String text = XText.encode(value);
        boolean fits = !text.isEmpty() && text.length() <= MAX_LINE - "XCLIENT NAME=".length();
        return fits ? text : UNAVAILABLE;
    }
}
