package org.qpsmtpd.plugin.virus.icap;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Collects the lines of a header, or so many octets; 64 KiB at most. */
final class Block {
    static final int MOST = 64 * 1024;

    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private int inLine;

    /** Reads up to the empty line, and says whether it has come. */
    boolean readHeader(ByteBuffer octets) {
        while (octets.hasRemaining()) {
            byte octet = octets.get();
            put(octet);
            if (octet == '\n') {
                if (inLine == 0) {
                    return true;
                }
                inLine = 0;
            } else if (octet != '\r') {
                inLine++;
            }
        }
        return false;
    }

    /** Reads up to so many octets, and says whether they have come. */
    boolean readOctets(ByteBuffer octets, int count) {
        while (octets.hasRemaining() && read.size() < count) {
            put(octets.get());
        }
        return read.size() >= count;
    }

    private void put(byte octet) {
        if (read.size() == MOST) {
            throw Text.fault("its answer has a header of more than " + MOST + " octets");
        }
        read.write(octet);
    }

    /** What was read, and begins anew. */
    String take() {
        String text = read.toString(StandardCharsets.ISO_8859_1);
        read.reset();
        inLine = 0;
        return text;
    }
}
