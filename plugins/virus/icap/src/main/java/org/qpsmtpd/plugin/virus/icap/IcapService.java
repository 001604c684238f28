package org.qpsmtpd.plugin.virus.icap;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.PeerFailure;

/**
 * What a service says of itself (RFC 3507 section 4.10.2).
 *
 * @param preview as how many octets it wants a preview; -1 for none
 * @param allowsUnmodified whether it may say that it would change nothing, in place of all that it
 *     was sent
 * @param tag its state and that of its signatures; empty when it does not say
 * @param life how long this holds
 */
record IcapService(int preview, boolean allowsUnmodified, String tag, Duration life) {
    private static final int LONGEST_PREVIEW = 1024 * 1024;
    private static final int USUAL_LIFE = 3600;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    /** Reads the answer to OPTIONS. */
    static final class Reader implements AnswerReader<Head> {
        private final Block block = new Block();
        private boolean isLast;

        @Override
        public Optional<Head> read(ByteBuffer octets) {
            if (!block.readHeader(octets)) {
                return Optional.empty();
            }
            Head head = Head.parse(block.take());
            boolean hasBody = Encapsulated.parse(head.value("Encapsulated")).hasBody();
            isLast = head.endsConnection() || hasBody;
            return Optional.of(head);
        }

        @Override
        public boolean isLast() {
            return isLast;
        }
    }

    /**
     * Reads what it says.
     *
     * @param service its name
     * @param method how messages will be sent
     * @throws PeerFailure when there is no such service, or it does not take such messages
     */
    static IcapService of(Head head, String service, String method) {
        if (head.status() == NOT_FOUND) {
            throw Text.fault("the ICAP server has no service '" + service + "'; see icap_service");
        }
        if (head.status() != OK) {
            throw Text.fault("the ICAP server answers " + head.status() + " " + head.reason());
        }
        if (!words(head.value("Methods")).contains(method)) {
            throw Text.fault(
                    "the ICAP service '" + service + "' does not take " + method + "; see method");
        }
        int seconds = Math.max(1, head.number("Options-TTL", USUAL_LIFE));
        return new IcapService(
                Math.min(LONGEST_PREVIEW, head.number("Preview", -1)),
                words(head.value("Allow")).contains("204"),
                head.value("ISTag"),
                Duration.ofSeconds(seconds));
    }

    private static List<String> words(String value) {
        return List.of(value.toUpperCase(Locale.ROOT).split("[\\s,]+"));
    }
}
