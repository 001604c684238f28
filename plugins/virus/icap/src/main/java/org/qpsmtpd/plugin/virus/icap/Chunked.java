package org.qpsmtpd.plugin.virus.icap;

import java.nio.ByteBuffer;

/** Reads a body in chunks (RFC 9112 section 7.1) without keeping it. */
final class Chunked {
    private static final int LONGEST_LINE = 1000;

    private final Sent sent = new Sent();
    private final StringBuilder line = new StringBuilder();
    private Step step = Step.SIZE;
    private int rest;

    private enum Step {
        SIZE,
        OCTETS,
        OCTETS_END,
        TRAILER
    }

    /** What has come so far. */
    Sent body() {
        return sent;
    }

    /** Reads, and says whether the end has come. */
    boolean read(ByteBuffer octets) {
        while (octets.hasRemaining()) {
            if (step == Step.OCTETS) {
                take(octets);
            } else if (hasLine(octets) && ends(line())) {
                return true;
            }
        }
        return false;
    }

    private void take(ByteBuffer octets) {
        byte[] piece = new byte[Math.min(rest, octets.remaining())];
        octets.get(piece);
        sent.add(piece, 0, piece.length);
        rest -= piece.length;
        if (rest == 0) {
            step = Step.OCTETS_END;
        }
    }

    private boolean hasLine(ByteBuffer octets) {
        while (octets.hasRemaining()) {
            char octet = (char) (octets.get() & 0xFF);
            if (octet == '\n') {
                return true;
            }
            if (line.length() == LONGEST_LINE) {
                throw Text.fault("a line between its chunks is too long");
            }
            line.append(octet);
        }
        return false;
    }

    private String line() {
        String text = line.toString();
        line.setLength(0);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Goes on behind a line; true behind the last. */
    private boolean ends(String text) {
        switch (step) {
            case SIZE -> begin(text);
            case OCTETS_END -> {
                if (!text.isEmpty()) {
                    throw Text.fault("a chunk of its answer is longer than it says");
                }
                step = Step.SIZE;
            }
            case TRAILER -> {
                return text.isEmpty();
            }
            case OCTETS -> throw new IllegalStateException("octets are no lines");
        }
        return false;
    }

    private void begin(String text) {
        String size = text.split(";", 2)[0].strip();
        if (!size.matches("[0-9A-Fa-f]{1,7}")) {
            throw Text.fault("a chunk of its answer has the size '" + size + "'");
        }
        rest = Integer.parseInt(size, 16);
        step = rest == 0 ? Step.TRAILER : Step.OCTETS;
    }
}
