package org.qpsmtpd.plugin.milter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.qpsmtpd.testkit.StandIn;

/** A filter that says what a test has it say, with a codec of its own. */
final class ScriptedMilter implements StandIn.Script {
    static final int NO_STEPS = 0;
    private static final int ALL_ACTIONS = 0x1FF;

    private final Map<Character, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private volatile byte[] terms = terms(6, ALL_ACTIONS, NO_STEPS);
    private final AtomicInteger bodyOctets = new AtomicInteger();

    /** What is said to a packet. */
    interface Answer {
        void write(OutputStream out, byte[] data) throws IOException;
    }

    /** Takes these terms. */
    ScriptedMilter taking(int version, int actions, int steps) {
        terms = terms(version, actions, steps);
        return this;
    }

    /** Takes all actions and these steps, and wants these macros at a stage. */
    ScriptedMilter wanting(int steps, int stage, String macros) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(numbers(6, ALL_ACTIONS, steps));
        data.writeBytes(ByteBuffer.allocate(4).putInt(stage).array());
        data.writeBytes((macros + "\0").getBytes(UTF_8));
        terms = packet('O', data.toByteArray());
        return this;
    }

    /** Says these packets when that letter comes. */
    ScriptedMilter saying(char letter, byte[]... packets) {
        return doing(
                letter,
                (out, data) -> {
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    for (byte[] each : packets) {
                        all.writeBytes(each);
                    }
                    out.write(all.toByteArray());
                });
    }

    /** Does this when that letter comes. */
    ScriptedMilter doing(char letter, Answer answer) {
        answers.put(letter, answer);
        return this;
    }

    private static byte[] terms(int version, int actions, int steps) {
        return packet('O', numbers(version, actions, steps));
    }

    private static byte[] numbers(int version, int actions, int steps) {
        return ByteBuffer.allocate(12).putInt(version).putInt(actions).putInt(steps).array();
    }

    static byte[] packet(char letter, byte[] data) {
        return ByteBuffer.allocate(5 + data.length)
                .putInt(data.length + 1)
                .put((byte) letter)
                .put(data)
                .array();
    }

    /** A packet with texts; a NUL follows each. */
    static byte[] packet(char letter, String... texts) {
        StringBuilder all = new StringBuilder();
        for (String text : texts) {
            all.append(text).append('\0');
        }
        return packet(letter, all.toString().getBytes(UTF_8));
    }

    /** A packet with a number before a name and a value. */
    static byte[] indexed(char letter, int index, String name, String value) {
        byte[] texts = (name + "\0" + value + "\0").getBytes(UTF_8);
        return packet(
                letter, ByteBuffer.allocate(4 + texts.length).putInt(index).put(texts).array());
    }

    /** All packets that came, each the letter and its texts with {@code |} between them. */
    List<String> heard() {
        return heard;
    }

    /** Those of these letters. */
    List<String> heard(String letters) {
        return heard.stream().filter(each -> letters.indexOf(each.charAt(0)) >= 0).toList();
    }

    /** Octets of the body that came. */
    int bodyOctets() {
        return bodyOctets.get();
    }

    /** Waits for one of A, K and Q, or for the end of the connection, which is empty. */
    String awaitEnd() throws InterruptedException {
        String end = ends.poll(30, TimeUnit.SECONDS);
        if (end == null) {
            throw new AssertionError("no end; heard: " + heard);
        }
        return end;
    }

    @Override
    public void play(InputStream in, OutputStream out) throws IOException {
        DataInputStream data = new DataInputStream(in);
        try {
            while (true) {
                byte[] packet = new byte[data.readInt()];
                data.readFully(packet);
                answer((char) packet[0], packet, out);
            }
        } catch (EOFException e) {
            ends.add("");
        }
    }

    private void answer(char letter, byte[] packet, OutputStream out) throws IOException {
        byte[] data = Arrays.copyOfRange(packet, 1, packet.length);
        if (letter == 'B') {
            var unused = bodyOctets.addAndGet(data.length);
        }
        heard.add(shown(letter, data));
        if ("AKQ".indexOf(letter) >= 0) {
            ends.add(String.valueOf(letter));
        } else if (letter == 'O') {
            out.write(terms);
        } else if (letter != 'D') {
            Answer answer = answers.get(letter);
            if (answer == null) {
                out.write(packet('c', new byte[0]));
            } else {
                answer.write(out, data);
            }
        }
    }

    private static String shown(char letter, byte[] data) {
        if (letter == 'B') {
            return "B " + data.length;
        }
        if (letter == 'C') {
            int end = 0;
            while (data[end] != 0) {
                end++;
            }
            int port = ByteBuffer.wrap(data, end + 2, 2).getShort() & 0xFFFF;
            String host = new String(data, 0, end, UTF_8);
            String rest = new String(data, end + 4, data.length - end - 5, UTF_8);
            return "C " + host + "|" + (char) data[end + 1] + "|" + port + "|" + rest;
        }
        String text = new String(data, UTF_8).replace('\0', '|');
        String cut = text.endsWith("|") ? text.substring(0, text.length() - 1) : text;
        return cut.isEmpty() || letter == 'O' ? String.valueOf(letter) : letter + " " + cut;
    }
}
