package org.qpsmtpd.plugin.virus.icap;

import java.nio.charset.StandardCharsets;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.PeerFailure;

/** Text on its way, and words about it. */
final class Text {
    private static final int LONGEST_NAME = 200;

    private Text() {}

    static Outgoing octets(String text) {
        return Outgoing.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    static PeerFailure fault(String why) {
        return new PeerFailure(PeerFailure.Kind.FAULT, why);
    }

    /** A name of a virus as a reply may show it. */
    static String name(String text) {
        StringBuilder clean = new StringBuilder();
        for (int i = 0; i < text.length() && i < LONGEST_NAME; i++) {
            char c = text.charAt(i);
            clean.append(c < ' ' || c > '~' ? '?' : c);
        }
        return clean.toString().strip();
    }
}
