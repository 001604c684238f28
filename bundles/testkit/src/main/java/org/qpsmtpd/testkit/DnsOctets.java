package org.qpsmtpd.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.DnsType;

/**
 * An answer in the form of RFC 1035, 4.1, without compressed names but where a record has the name
 * that was asked for. Owes nothing to the code under test.
 */
final class DnsOctets {
    private static final int HEADER = 12;
    private static final int OPT = 41;
    private static final int INTERNET = 1;
    private static final int FLAGS_OF_AN_ANSWER = 0x8180;
    private static final int TRUNCATED = 0x0200;
    private static final int AUTHENTICATED = 0x0020;
    private static final int TO_THE_QUESTION = 0xC000 | HEADER;
    private static final int OUR_DATAGRAM = 1232;
    private static final int LONGEST_STRING = 255;

    private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
    private final ByteArrayOutputStream authority = new ByteArrayOutputStream();
    private final byte[] query;
    private final Question question;
    private int flags = FLAGS_OF_AN_ANSWER;
    private int answerCount;
    private int authorityCount;

    /**
     * What is asked for.
     *
     * @param name as asked, the case kept, with {@code \DDD} for odd octets and no dot at the end
     * @param datagram how many octets the client takes over UDP
     * @param end where the question ends in the query
     */
    record Question(String name, int typeCode, int datagram, boolean hasOpt, int end) {
        @Nullable DnsType<?> type() {
            return DnsType.ALL.stream().filter(t -> t.code() == typeCode).findAny().orElse(null);
        }

        String typeName() {
            DnsType<?> known = type();
            return known == null ? "TYPE" + typeCode : known.toString();
        }
    }

    /**
     * Begins an answer.
     *
     * @param authenticated whether it says AD
     */
    DnsOctets(byte[] query, Question question, boolean authenticated) {
        this.query = query;
        this.question = question;
        if (authenticated) {
            flags |= AUTHENTICATED;
        }
    }

    /**
     * Reads the question of a query.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Question question(byte[] query) {
        try {
            ByteBuffer in = ByteBuffer.wrap(query).position(HEADER);
            String name = name(in);
            int type = in.getShort() & 0xFFFF;
            in.getShort();
            int end = in.position();
            // The only record of a query is OPT: root, type, and in the place of the class the
            // size.
            boolean hasOpt = in.remaining() >= 11 && in.get() == 0 && in.getShort() == OPT;
            return new Question(name, type, hasOpt ? in.getShort() & 0xFFFF : 0, hasOpt, end);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("not a query", e);
        }
    }

    /** Reads a name that is not compressed. */
    static String name(ByteBuffer in) {
        StringBuilder name = new StringBuilder();
        for (int length = in.get() & 0xFF; length > 0; length = in.get() & 0xFF) {
            name.append(name.isEmpty() ? "" : ".");
            for (int i = 0; i < length; i++) {
                int octet = in.get() & 0xFF;
                boolean plain = octet > ' ' && octet < 0x7F && ".\\\"();@$".indexOf(octet) < 0;
                name.append(plain ? Character.toString(octet) : String.format("\\%03d", octet));
            }
        }
        return name.toString();
    }

    void code(int code) {
        flags = (flags & ~15) | code;
    }

    void record(String name, int type, int ttl, byte[] data) {
        write(answers, name, type, ttl, data);
        answerCount++;
    }

    void authority(String name, int ttl, byte[] start) {
        write(authority, name, DnsType.SOA.code(), ttl, start);
        authorityCount++;
    }

    private void write(ByteArrayOutputStream out, String name, int type, int ttl, byte[] data) {
        if (name.equalsIgnoreCase(question.name()) && !name.isEmpty()) {
            number(out, TO_THE_QUESTION, 2);
        } else {
            out.writeBytes(octets(name));
        }
        number(out, type, 2);
        number(out, INTERNET, 2);
        number(out, ttl, 4);
        number(out, data.length, 2);
        out.writeBytes(data);
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(query, 0, 2);
        number(out, flags, 2);
        number(out, 1, 2);
        number(out, answerCount, 2);
        number(out, authorityCount, 2);
        number(out, question.hasOpt() ? 1 : 0, 2);
        out.write(query, HEADER, question.end() - HEADER);
        out.writeBytes(answers.toByteArray());
        out.writeBytes(authority.toByteArray());
        if (question.hasOpt()) {
            out.write(0);
            number(out, OPT, 2);
            number(out, OUR_DATAGRAM, 2);
            number(out, 0, 6);
        }
        return out.toByteArray();
    }

    /** The answer that says that there is more than fits. */
    byte[] truncated() {
        flags |= TRUNCATED;
        return bytes();
    }

    private static void number(ByteArrayOutputStream out, long number, int octets) {
        for (int i = octets - 1; i >= 0; i--) {
            out.write((int) (number >> (8 * i)));
        }
    }

    /** A name as octets. */
    private static byte[] octets(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream label = new ByteArrayOutputStream();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                end(out, label);
            } else if (c == '\\' && Character.isDigit(name.charAt(i + 1))) {
                label.write(Integer.parseInt(name.substring(i + 1, i + 4)));
                i += 3;
            } else if (c == '\\') {
                label.write(name.charAt(++i));
            } else {
                label.write(c);
            }
        }
        end(out, label);
        out.write(0);
        return out.toByteArray();
    }

    private static void end(ByteArrayOutputStream out, ByteArrayOutputStream label) {
        if (label.size() > 0) {
            out.write(label.size());
            out.writeBytes(label.toByteArray());
            label.reset();
        }
    }

    /**
     * The data of a record.
     *
     * @param text as a zone file has it; of TXT the text itself
     */
    static byte[] data(DnsType<?> type, String text) {
        if (type == DnsType.A || type == DnsType.AAAA) {
            return Network.parseAddress(text).getAddress();
        }
        if (type == DnsType.TXT) {
            return strings(text);
        }
        String[] words = text.split(" +");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        switch (type.toString()) {
            case "MX" -> numbersAndName(out, words);
            case "SRV" -> numbersAndName(out, words);
            case "SOA" -> {
                out.writeBytes(octets(words[0]));
                out.writeBytes(octets(words[1]));
                for (int i = 2; i < words.length; i++) {
                    number(out, Long.parseLong(words[i]), 4);
                }
            }
            case "TLSA" -> {
                for (int i = 0; i < 3; i++) {
                    number(out, Long.parseLong(words[i]), 1);
                }
                out.writeBytes(HexFormat.of().parseHex(words[3]));
            }
            default -> out.writeBytes(octets(text));
        }
        return out.toByteArray();
    }

    private static void numbersAndName(ByteArrayOutputStream out, String... words) {
        for (int i = 0; i < words.length - 1; i++) {
            number(out, Long.parseLong(words[i]), 2);
        }
        out.writeBytes(octets(words[words.length - 1]));
    }

    private static byte[] strings(String text) {
        byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        do {
            int length = Math.min(LONGEST_STRING, all.length - at);
            out.write(length);
            out.write(all, at, length);
            at += length;
        } while (at < all.length);
        return out.toByteArray();
    }
}
