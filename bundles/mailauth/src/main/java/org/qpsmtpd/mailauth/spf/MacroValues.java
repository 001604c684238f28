package org.qpsmtpd.mailauth.spf;

import java.net.InetAddress;

/**
 * What macros stand for (RFC 7208, 7.2).
 *
 * @param request what is checked
 * @param domain whose record it is
 * @param pointer the client's name for that domain; {@code unknown} where it has none, or nothing
 *     asks for it
 * @param settings of the checker
 */
record MacroValues(SpfRequest request, String domain, String pointer, SpfSettings settings) {
    String value(char letter) {
        InetAddress client = request.client();
        return switch (letter) {
            case 's' -> request.sender();
            case 'l' -> request.local();
            case 'o' -> request.domain();
            case 'd' -> domain;
            case 'i' -> Addresses.dotted(client);
            case 'p' -> pointer;
            case 'v' -> client.getAddress().length == 4 ? "in-addr" : "ip6";
            case 'h' -> request.helo();
            case 'c' -> Addresses.readable(client);
            case 'r' -> settings.receiver();
            case 't' -> Long.toString(settings.clock().instant().getEpochSecond());
            default -> throw new IllegalArgumentException("no macro " + letter);
        };
    }
}
