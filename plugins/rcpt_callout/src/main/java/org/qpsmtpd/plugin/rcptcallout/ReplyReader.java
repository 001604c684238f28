package org.qpsmtpd.plugin.rcptcallout;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts replies together from what comes; length and number of lines are bounded. What is not
 * printable ASCII becomes a question mark.
 */
final class ReplyReader {
    private static final int LONGEST_LINE = 2048;
    private static final int MOST_LINES = 200;

    private final StringBuilder line = new StringBuilder();
    private final List<String> texts = new ArrayList<>();
    private int code;

    /** Whether a reply has begun and not ended. */
    boolean isWithin() {
        return line.length() > 0 || !texts.isEmpty();
    }

    /**
     * Takes octets up to the end of a reply; what follows is left.
     *
     * @return absent when it has not ended yet
     * @throws HopFault when it is no reply
     */
    Optional<HopReply> read(ByteBuf in) {
        while (in.isReadable()) {
            byte octet = in.readByte();
            if (octet == '\n') {
                Optional<HopReply> reply = endLine();
                if (reply.isPresent()) {
                    return reply;
                }
            } else if (octet != '\r') {
                if (line.length() == LONGEST_LINE) {
                    throw fault("has a line too long");
                }
                line.append(octet == '\t' ? ' ' : octet < ' ' || octet > '~' ? '?' : (char) octet);
            }
        }
        return Optional.empty();
    }

    private Optional<HopReply> endLine() {
        String text = line.toString();
        line.setLength(0);
        int found = code(text);
        if (!texts.isEmpty() && found != code) {
            throw malformed();
        }
        if (texts.size() == MOST_LINES) {
            throw fault("has too many lines");
        }
        code = found;
        texts.add(text.length() > 4 ? text.substring(4) : "");
        if (text.length() > 3 && text.charAt(3) == '-') {
            return Optional.empty();
        }
        HopReply reply = new HopReply(code, List.copyOf(texts));
        texts.clear();
        return Optional.of(reply);
    }

    private static int code(String text) {
        boolean fits =
                text.length() >= 3
                        && text.charAt(0) >= '2'
                        && text.charAt(0) <= '5'
                        && isDigit(text.charAt(1))
                        && isDigit(text.charAt(2))
                        && (text.length() == 3 || " -".indexOf(text.charAt(3)) >= 0);
        if (!fits) {
            throw malformed();
        }
        return Integer.parseInt(text.substring(0, 3));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static HopFault malformed() {
        return fault("is malformed");
    }

    private static HopFault fault(String what) {
        return new HopFault(HopFault.Kind.DOWN, "its reply " + what);
    }
}
