package org.qpsmtpd.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers to questions about {@link Visitor}s, as RFC 1035 has them. */
final class DnsMessage {
    private static final int HEADER = 12;
    private static final int LARGEST = 1024;
    private static final int LONGEST_STRING = 255;
    private static final int A = 1;
    private static final int SOA = 6;
    private static final int PTR = 12;
    private static final int MX = 15;
    private static final int TXT = 16;
    private static final int NAME_OF_QUESTION = 0xc00c;

    private static final Pattern REVERSE =
            Pattern.compile("(\\d+)\\.(\\d+)\\.(1\\.127|18\\.198)\\.in-addr\\.arpa");
    private static final Pattern CLIENT = Pattern.compile("([cp])-(\\d+)-(\\d+)\\.clients\\.test");
    private static final Pattern DOMAIN = Pattern.compile("d\\d+\\.senders\\.test");
    private static final Pattern EXCHANGER = Pattern.compile("mx\\.d\\d+\\.senders\\.test");

    /** What every list has, so that it can be seen to work (RFC 5782, 5). */
    private static final Pattern TEST_ENTRY = Pattern.compile("2\\.0\\.0\\.127\\.\\w+\\.test");

    private final ByteBuffer out = ByteBuffer.allocate(LARGEST);
    private final int ttl;
    private final String name;
    private final int type;

    private DnsMessage(ByteBuffer question, int ttl) {
        this.ttl = ttl;
        name = name(question.position(HEADER)).toLowerCase(Locale.ROOT);
        type = question.getShort();
        int end = question.position() + 2;
        out.put(question.position(0).limit(end));
        out.put(2, (byte) (out.get(2) | 0x80)).put(3, (byte) 0x80);
        out.putShort(6, (short) 0).putShort(8, (short) 0).putShort(10, (short) 0);
    }

    /** The answer to a message with one question, whose records may be kept so many seconds. */
    static ByteBuffer answer(ByteBuffer question, int ttl) {
        DnsMessage message = new DnsMessage(question, ttl);
        message.answer();
        return message.out.flip();
    }

    private static String name(ByteBuffer in) {
        StringBuilder name = new StringBuilder();
        for (int length = in.get(); length > 0; length = in.get()) {
            byte[] label = new byte[length];
            in.get(label);
            name.append(name.isEmpty() ? "" : ".");
            name.append(new String(label, StandardCharsets.ISO_8859_1));
        }
        return name.toString();
    }

    private void answer() {
        Matcher reverse = REVERSE.matcher(name);
        Matcher client = CLIENT.matcher(name);
        if (reverse.matches()) {
            String letter = reverse.group(3).equals("1.127") ? "c" : "p";
            pointer(letter + "-" + reverse.group(2) + "-" + reverse.group(1));
        } else if (client.matches()) {
            boolean loopback = client.group(1).equals("c");
            address(
                    loopback ? 127 : 198,
                    loopback ? 1 : 18,
                    Integer.parseInt(client.group(2)),
                    Integer.parseInt(client.group(3)));
        } else if (Signed.ofRun().records().containsKey(name)) {
            text(Signed.ofRun().records().get(name));
        } else if (DOMAIN.matcher(name).matches() && type == TXT) {
            text(Signed.senders());
        } else if (DOMAIN.matcher(name).matches()) {
            exchanger();
        } else if (EXCHANGER.matcher(name).matches()) {
            address(192, 0, 2, 25);
        } else if (TEST_ENTRY.matcher(name).matches()) {
            testEntry();
        } else {
            out.put(3, (byte) 0x83); // no such name
            nothing();
        }
    }

    private void pointer(String host) {
        if (type != PTR) {
            nothing();
            return;
        }
        record(PTR);
        int start = out.position();
        for (String label : List.of(host, "clients", "test")) {
            label(label);
        }
        out.put((byte) 0);
        length(start);
    }

    private void exchanger() {
        if (type != MX) {
            nothing();
            return;
        }
        record(MX);
        int start = out.position();
        out.putShort((short) 10);
        label("mx");
        out.putShort((short) NAME_OF_QUESTION);
        length(start);
    }

    private void testEntry() {
        if (type == TXT) {
            text("for tests");
        } else {
            address(127, 0, 0, 2);
        }
    }

    private void text(String text) {
        if (type != TXT) {
            nothing();
            return;
        }
        record(TXT);
        int start = out.position();
        for (int at = 0; at < text.length(); at += LONGEST_STRING) {
            label(text.substring(at, Math.min(at + LONGEST_STRING, text.length())));
        }
        length(start);
    }

    private void address(int... octets) {
        if (type != A) {
            nothing();
            return;
        }
        record(A);
        int start = out.position();
        for (int octet : octets) {
            out.put((byte) octet);
        }
        length(start);
    }

    /** Begins a record of the name asked for; its data follow, then their length is set. */
    private void record(int ofType) {
        out.putShort(6, (short) 1);
        out.putShort((short) NAME_OF_QUESTION);
        head(ofType);
    }

    /** Says in the authority section how long it may be kept that there is nothing. */
    private void nothing() {
        out.putShort(8, (short) 1);
        out.put((byte) 0);
        head(SOA);
        int start = out.position();
        out.put((byte) 0).put((byte) 0);
        out.putInt(1).putInt(3600).putInt(3600).putInt(3600).putInt(ttl);
        length(start);
    }

    private void head(int ofType) {
        out.putShort((short) ofType).putShort((short) 1).putInt(ttl).putShort((short) 0);
    }

    private void label(String text) {
        out.put((byte) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void length(int start) {
        out.putShort(start - 2, (short) (out.position() - start));
    }
}
