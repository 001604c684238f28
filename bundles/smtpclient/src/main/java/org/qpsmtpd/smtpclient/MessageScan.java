package org.qpsmtpd.smtpclient;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;

/** Looks through a message before it is sent, so that nothing is begun that must be broken off. */
final class MessageScan extends OutputStream {
    private static final int MAX_LINE = 1000;
    private static final byte[] NOTHING = {};

    private final ByteArrayOutputStream first = new ByteArrayOutputStream(128);
    private boolean isFirstLine = true;
    private long size;
    private boolean eightBit;
    private boolean eightBitHeader;
    private boolean inHeader = true;
    private boolean lineEmpty = true;
    private boolean bareLineEnd;
    private boolean afterCr;
    private boolean atLineStart = true;

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        int end = offset + length;
        if (inHeader) {
            scanHeader(octets, offset, end);
        }
        scanLineEnds(octets, offset, end);
        eightBit = eightBit || LineEnds.haveEightBit(octets, offset, end);
        size += length;
        if (length > 0) {
            atLineStart = octets[end - 1] == '\n';
        }
    }

    private void scanLineEnds(byte[] octets, int from, int to) {
        boolean cr = afterCr;
        boolean bare = bareLineEnd;
        for (int i = from; i < to; i++) {
            if (!cr) {
                i = LineEnds.findOdd(octets, i, to);
                if (i == to) {
                    break;
                }
            }
            byte octet = octets[i];
            bare |= cr != (octet == '\n');
            cr = octet == '\r';
        }
        bareLineEnd = bare;
        afterCr = cr;
    }

    /** The header ends with the first line that has nothing in it. */
    private void scanHeader(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (isFirstLine) {
                first.write(octets[i]);
                isFirstLine = octets[i] != '\n' && first.size() < MAX_LINE;
            }
            if (octets[i] == '\n') {
                if (lineEmpty) {
                    inHeader = false;
                    return;
                }
                lineEmpty = true;
            } else if (octets[i] != '\r') {
                lineEmpty = false;
                eightBitHeader |= octets[i] < 0;
            }
        }
    }

    /** Octets that will be sent, without dots added and without the final dot. */
    long size() {
        return atLineStart ? size : size + 2;
    }

    /** The first line with its end when it is a field that is no command whoever reads it. */
    byte[] firstField() {
        String line = first.toString(ISO_8859_1);
        int colon = line.indexOf(':');
        return colon > 0 && line.endsWith("\r\n") && isNoVerb(line.substring(0, colon))
                ? first.toByteArray()
                : NOTHING;
    }

    /** Verbs of SMTP have no hyphen. */
    private static boolean isNoVerb(String name) {
        boolean isPlain =
                name.chars().allMatch(c -> c == '-' || (c < 128 && Character.isLetterOrDigit(c)));
        return isPlain && (name.indexOf('-') > 0 || name.equalsIgnoreCase("Received"));
    }

    boolean hasEightBit() {
        return eightBit;
    }

    /** Whether the header, without those of parts of the message, is more than ASCII. */
    boolean hasEightBitHeader() {
        return eightBitHeader;
    }

    boolean hasBareLineEnd() {
        return bareLineEnd || afterCr;
    }
}
