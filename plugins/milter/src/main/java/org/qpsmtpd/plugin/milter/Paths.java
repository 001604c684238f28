package org.qpsmtpd.plugin.milter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressSyntax;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;

/** Addresses and parameters, as filters write them and as they are told them. */
final class Paths {
    private static final int MOST_PARAMETERS = 20;
    private static final String PARAMETER = "[A-Za-z0-9][A-Za-z0-9-]*(=[!-<>-~]*)?";

    private Paths() {}

    /** An address and its parameters as a filter is told them. */
    static byte[] octets(Address address, Parameters parameters) {
        List<String> texts = new ArrayList<>();
        texts.add(address.format());
        new TreeMap<>(parameters.values())
                .forEach((keyword, value) -> texts.add(parameter(keyword, value)));
        return Packet.texts(texts.toArray(String[]::new));
    }

    private static String parameter(String keyword, String value) {
        return keyword.toUpperCase(Locale.ROOT) + (value.isEmpty() ? "" : "=" + value);
    }

    /**
     * Reads an address, in angle brackets or without.
     *
     * @throws PeerFailure when it is none
     */
    static Address address(String text) {
        String plain = text.strip();
        String path = plain.startsWith("<") ? plain : "<" + plain + ">";
        return Address.parse(path, AddressSyntax.LENIENT_UTF8)
                .orElseThrow(() -> wrong("address", text));
    }

    /**
     * Reads parameters with blanks between them.
     *
     * @throws PeerFailure when they are none
     */
    static Parameters parameters(String text) {
        Map<String, String> values = new HashMap<>();
        for (String each : text.strip().split(" +", -1)) {
            if (each.isEmpty()) {
                continue;
            }
            if (!each.matches(PARAMETER) || values.size() == MOST_PARAMETERS) {
                throw wrong("parameters", text);
            }
            int equals = each.indexOf('=');
            String keyword = equals < 0 ? each : each.substring(0, equals);
            values.put(
                    keyword.toLowerCase(Locale.ROOT), equals < 0 ? "" : each.substring(equals + 1));
        }
        return new Parameters(values);
    }

    private static PeerFailure wrong(String what, String text) {
        return new PeerFailure(Kind.FAULT, "it wants '" + text + "', which are no " + what);
    }
}
