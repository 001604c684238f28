package org.qpsmtpd.mailauth.signature;

/**
 * The canonical form of a body (RFC 6376 sections 3.4.3 and 3.4.4), made while it arrives. Runs of
 * octets that stay as they are go on as they lie; only what changes is looked at octet by octet. A
 * CR or LF that stands alone is an octet as any other.
 */
final class BodyForm {
    private static final byte[] BLANK = {' '};
    private static final byte[] CR = {'\r'};
    private static final byte[] LINE_ENDS = lineEnds(128);

    private final boolean isRelaxed;
    private final BodySink sink;

    /** Ends of lines that came behind the last other octet. */
    private long lineEnds;

    private boolean hasBlank;
    private boolean hasCr;

    BodyForm(boolean isRelaxed, BodySink sink) {
        this.isRelaxed = isRelaxed;
        this.sink = sink;
    }

    private static byte[] lineEnds(int count) {
        byte[] all = new byte[count * 2];
        for (int i = 0; i < all.length; i += 2) {
            all[i] = '\r';
            all[i + 1] = '\n';
        }
        return all;
    }

    void add(byte[] octets, int offset, int count) {
        int end = offset + count;
        int at = offset;
        while (at < end) {
            if (isPending()) {
                at += step(octets[at]);
                continue;
            }
            int stop = isRelaxed ? Runs.relaxed(octets, at, end) : Runs.simple(octets, at, end);
            sink.add(octets, at, stop - at);
            at = stop;
            if (at < end) {
                hold(octets[at]);
                at++;
            }
        }
    }

    private boolean isPending() {
        return hasCr || hasBlank || lineEnds > 0;
    }

    /** Takes an octet that a run stopped at: an end of line or a blank. */
    private void hold(byte octet) {
        if (octet == '\r') {
            hasCr = true;
        } else {
            hasBlank = true;
        }
    }

    /** Takes an octet while others are held back; 0 when it is left for the next run. */
    private int step(byte octet) {
        if (hasCr && octet == '\n') {
            hasCr = false;
            hasBlank = false;
            lineEnds++;
            return 1;
        }
        if (hasCr) {
            releaseBlanks();
            sink.add(CR, 0, 1); // alone, and so an octet as any other
            hasCr = false;
        }
        if (octet == '\r') {
            hasCr = true;
            return 1;
        }
        if (isRelaxed && (octet == ' ' || octet == '\t')) {
            hasBlank = true;
            return 1;
        }
        releaseBlanks();
        return 0;
    }

    private void releaseBlanks() {
        releaseLineEnds(lineEnds);
        lineEnds = 0;
        if (hasBlank) {
            sink.add(BLANK, 0, 1);
            hasBlank = false;
        }
    }

    private void releaseLineEnds(long count) {
        long left = count * 2;
        while (left > 0) {
            int some = (int) Math.min(left, LINE_ENDS.length);
            sink.add(LINE_ENDS, 0, some);
            left -= some;
        }
    }

    void end() {
        if (hasCr) {
            releaseBlanks();
            sink.add(CR, 0, 1);
        }
        if (!isRelaxed || !sink.isEmpty()) {
            releaseLineEnds(1);
        }
        sink.flush();
    }
}
