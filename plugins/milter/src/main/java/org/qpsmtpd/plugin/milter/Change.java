package org.qpsmtpd.plugin.milter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;

/**
 * A change of a message that a filter wants, but for its body.
 *
 * @param letter what kind of change
 * @param index place of a field, from 0 for an insertion and from 1 for a change; 0 otherwise
 * @param name name of a field, or a path in angle brackets; empty for quarantine
 * @param value value of a field, parameters of a path, or the reason for quarantine
 */
record Change(char letter, int index, String name, String value) {
    static final char ADD_FIELD = 'h';
    static final char INSERT_FIELD = 'i';
    static final char CHANGE_FIELD = 'm';
    static final char ADD_RECIPIENT = '+';
    static final char ADD_WITH_PARAMETERS = '2';
    static final char REMOVE_RECIPIENT = '-';
    static final char SENDER = 'e';
    static final char QUARANTINE = 'q';
    static final char BODY = 'b';

    private static final String ALL = "him+2-eqb";
    private static final int ESCAPE = 0xDC00;

    static boolean isOne(char letter) {
        return ALL.indexOf(letter) >= 0;
    }

    /** What a filter must have asked for to say it. */
    static int action(char letter) {
        return switch (letter) {
            case ADD_FIELD, INSERT_FIELD -> Terms.ADD_FIELDS;
            case CHANGE_FIELD -> Terms.CHANGE_FIELDS;
            case ADD_RECIPIENT -> Terms.ADD_RECIPIENTS;
            case ADD_WITH_PARAMETERS -> Terms.ADD_RECIPIENTS_WITH_PARAMETERS;
            case REMOVE_RECIPIENT -> Terms.REMOVE_RECIPIENTS;
            case SENDER -> Terms.CHANGE_SENDER;
            case QUARANTINE -> Terms.QUARANTINE;
            case BODY -> Terms.CHANGE_BODY;
            default -> throw new IllegalArgumentException("no change: " + letter);
        };
    }

    /**
     * Reads one that is not of the body.
     *
     * @throws PeerFailure when it is none
     */
    static Change parse(Packet packet, Terms terms) {
        char letter = packet.letter();
        ByteBuffer data = ByteBuffer.wrap(packet.data());
        boolean hasIndex = letter == INSERT_FIELD || letter == CHANGE_FIELD;
        if (hasIndex && data.remaining() < Integer.BYTES) {
            throw wrong(letter);
        }
        int index = hasIndex ? Math.max(0, data.getInt()) : 0;
        List<String> texts = texts(data);
        String first = texts.isEmpty() ? "" : texts.get(0);
        String second = texts.size() > 1 ? texts.get(1) : "";
        if (letter == QUARANTINE) {
            return new Change(letter, 0, "", first);
        }
        if (hasIndex || letter == ADD_FIELD) {
            checkField(letter, first);
            boolean isTold = terms.hasStep(Terms.LEADING_BLANK) && second.startsWith(" ");
            return new Change(letter, index, first, isTold ? second.substring(1) : second);
        }
        if (first.isEmpty()) {
            throw wrong(letter);
        }
        return new Change(letter, 0, first, second);
    }

    /** The address that it is about. */
    Address address() {
        return Paths.address(name);
    }

    /** The parameters behind the address. */
    Parameters parameters() {
        return letter == ADD_RECIPIENT ? Parameters.NONE : Paths.parameters(value);
    }

    /**
     * Checks what is only read when it is carried out.
     *
     * @throws PeerFailure when it is none that can be
     */
    void check() {
        boolean isRecipient =
                letter == ADD_RECIPIENT
                        || letter == ADD_WITH_PARAMETERS
                        || letter == REMOVE_RECIPIENT;
        if (isRecipient && address().isNull()) {
            throw wrong(letter);
        }
        if (letter == SENDER || isRecipient) {
            var unused = Map.entry(address(), parameters());
        }
    }

    private static void checkField(char letter, String name) {
        if (name.isEmpty() || !name.chars().allMatch(c -> c > ' ' && c < 127 && c != ':')) {
            throw wrong(letter);
        }
    }

    private static PeerFailure wrong(char letter) {
        return new PeerFailure(Kind.FAULT, "it wants a change '" + letter + "' that is none");
    }

    /** Texts that are ended by NUL; the last may lack it. */
    private static List<String> texts(ByteBuffer data) {
        List<String> texts = new ArrayList<>();
        int start = data.position();
        for (int i = start; i < data.limit(); i++) {
            if (data.get(i) == 0) {
                texts.add(text(data, start, i));
                start = i + 1;
            }
        }
        if (start < data.limit()) {
            texts.add(text(data, start, data.limit()));
        }
        return texts;
    }

    private static String text(ByteBuffer data, int from, int to) {
        ByteBuffer part = data.duplicate().position(from).limit(to);
        try {
            return UTF_8.newDecoder().decode(part.duplicate()).toString();
        } catch (CharacterCodingException e) {
            StringBuilder text = new StringBuilder();
            while (part.hasRemaining()) {
                int octet = part.get() & 0xFF;
                text.append((char) (octet < 0x80 ? octet : ESCAPE | octet));
            }
            return text.toString();
        }
    }
}
