package org.qpsmtpd.core.session;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qpsmtpd.api.mail.XText;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.core.message.Characters;

/**
 * What a trusted client says of the client behind it: the attributes of XCLIENT.
 *
 * <p>Source: Postfix XCLIENT_README; xtext as in RFC 3461 section 4.
 *
 * @param values decoded values by the attributes' names in upper case; empty for one that is not
 *     known
 */
record Xclient(Map<String, String> values) {
    /** What EHLO says. */
    static final String OFFER = "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";

    private static final Set<String> NAMES =
            Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT");

    private static final Set<String> UNKNOWN = Set.of("[UNAVAILABLE]", "[TEMPUNAVAIL]");
    private static final String IPV6 = "IPV6:";
    private static final int LONGEST = 255;

    /**
     * Reads the argument of the command and checks it as a whole.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static Xclient parse(String argument) {
        Map<String, String> values = new HashMap<>();
        if (argument.isEmpty()) {
            throw new IllegalArgumentException("no attribute");
        }
        for (String word : argument.split(" +", -1)) {
            int equals = word.indexOf('=');
            String name = word.substring(0, Math.max(0, equals)).toUpperCase(Locale.ROOT);
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("not an attribute that is known");
            }
            String value = decoded(word.substring(equals + 1));
            String known = UNKNOWN.contains(value.toUpperCase(Locale.ROOT)) ? "" : value;
            if (values.put(name, known) != null) {
                throw new IllegalArgumentException(name + " is given twice");
            }
        }
        Xclient all = new Xclient(Map.copyOf(values));
        all.check();
        return all;
    }

    private void check() {
        for (String name : List.of("ADDR", "DESTADDR")) {
            var unused = address(name);
        }
        for (String name : List.of("PORT", "DESTPORT")) {
            var unused = port(name);
        }
        var unused = protocol();
    }

    /** Undoes xtext; the result is text without controls. */
    private static String decoded(String text) {
        String value =
                XText.decode(text)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "a value is not xtext in UTF-8"));
        if (value.length() > LONGEST || Characters.any(value, Character::isISOControl)) {
            throw new IllegalArgumentException("a value is too long or holds controls");
        }
        return value;
    }

    /** An attribute that was given and is known. */
    Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    boolean names(String name) {
        return values.containsKey(name);
    }

    Optional<InetAddress> address(String name) {
        return value(name)
                .map(
                        text ->
                                text.regionMatches(true, 0, IPV6, 0, IPV6.length())
                                        ? text.substring(IPV6.length())
                                        : text)
                .map(Network::parseAddress);
    }

    /** A port; 0 when it is not known. */
    int port(String name) {
        String text = value(name).orElse("0");
        boolean digits = text.length() <= 5 && Characters.areDigits(text);
        if (!digits || Integer.parseInt(text) > 65535) {
            throw new IllegalArgumentException(name + " is not a port");
        }
        return Integer.parseInt(text);
    }

    /** How the client behind greeted; NONE when it is not said. */
    Hello protocol() {
        return switch (value("PROTO").orElse("").toUpperCase(Locale.ROOT)) {
            case "" -> Hello.NONE;
            case "SMTP" -> Hello.HELO;
            case "ESMTP" -> Hello.EHLO;
            default -> throw new IllegalArgumentException("PROTO is not SMTP or ESMTP");
        };
    }
}
