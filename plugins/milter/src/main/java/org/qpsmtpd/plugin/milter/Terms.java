package org.qpsmtpd.plugin.milter;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;

/**
 * What was agreed with a filter when it was connected.
 *
 * @param version of the protocol, 2 to 6
 * @param actions bits of what it may change
 * @param steps bits of what it is not told, of what it does not answer, and how
 * @param macros the macros that it asked for, by stage; those of {@link Macros#USUAL} for others
 */
record Terms(int version, int actions, int steps, Map<Stage, List<String>> macros) {
    static final int ADD_FIELDS = 0x1;
    static final int CHANGE_BODY = 0x2;
    static final int ADD_RECIPIENTS = 0x4;
    static final int REMOVE_RECIPIENTS = 0x8;
    static final int CHANGE_FIELDS = 0x10;
    static final int QUARANTINE = 0x20;
    static final int CHANGE_SENDER = 0x40;
    static final int ADD_RECIPIENTS_WITH_PARAMETERS = 0x80;

    /** It says with the terms which macros it wants. */
    private static final int CHOOSE_MACROS = 0x100;

    /** The first blank of a field's value is told, too. */
    static final int LEADING_BLANK = 0x100000;

    /** It may answer that it wants no more of the kind. */
    static final int SKIP = 0x400;

    private static final int LATEST = 6;
    private static final int EARLIEST = 2;
    private static final int ALL_ACTIONS = 0x1FF;

    /** All but that recipients are told which others have refused. */
    private static final int ALL_STEPS = 0x1FFFFF & ~0x800;

    private static final int NUMBERS = 12;
    private static final int MOST_MACROS = 100;
    private static final char LETTER = 'O';

    Terms {
        macros = Map.copyOf(macros);
    }

    /** What offers all that there is. */
    static Packet offer() {
        byte[] data =
                ByteBuffer.allocate(NUMBERS)
                        .putInt(LATEST)
                        .putInt(ALL_ACTIONS)
                        .putInt(ALL_STEPS)
                        .array();
        return new Packet(LETTER, data);
    }

    /**
     * Reads what a filter takes.
     *
     * @throws PeerFailure when it is none of what was offered
     */
    static Terms parse(Packet packet) {
        if (packet.letter() != LETTER || packet.data().length < NUMBERS) {
            throw new PeerFailure(Kind.FAULT, "it speaks no milter protocol: no terms from it");
        }
        ByteBuffer data = ByteBuffer.wrap(packet.data());
        int version = data.getInt();
        int actions = data.getInt();
        int steps = data.getInt();
        if (version < EARLIEST || version > LATEST) {
            throw new PeerFailure(
                    Kind.FAULT,
                    "it wants version "
                            + Integer.toUnsignedString(version)
                            + " of the protocol; 2 to 6 are known");
        }
        if ((actions & ~ALL_ACTIONS) != 0 || (steps & ~ALL_STEPS) != 0) {
            throw new PeerFailure(
                    Kind.FAULT,
                    String.format(
                            "it wants actions %x and steps %x; offered were %x and %x",
                            actions, steps, ALL_ACTIONS, ALL_STEPS));
        }
        boolean chooses = (actions & CHOOSE_MACROS) != 0;
        return new Terms(version, actions, steps, chooses ? macros(data) : Map.of());
    }

    private static Map<Stage, List<String>> macros(ByteBuffer data) {
        Map<Stage, List<String>> macros = new EnumMap<>(Stage.class);
        while (data.remaining() > Integer.BYTES) {
            int number = data.getInt();
            StringBuilder names = new StringBuilder();
            byte next = data.get();
            while (next != 0 && data.hasRemaining()) {
                names.append((char) (next & 0xFF));
                next = data.get();
            }
            Stage.ofMacros(number).ifPresent(stage -> macros.put(stage, names(names.toString())));
        }
        return macros;
    }

    private static List<String> names(String text) {
        return Arrays.stream(text.split("[ ,]+"))
                .filter(name -> !name.isEmpty())
                .limit(MOST_MACROS)
                .toList();
    }

    /** Whether the filter is told of it. */
    boolean tells(Stage stage) {
        return version >= stage.version && !hasStep(stage.skipped);
    }

    /** Whether the filter answers to it. */
    boolean awaits(Stage stage) {
        return !hasStep(stage.unanswered);
    }

    boolean hasStep(int bit) {
        return (steps & bit) != 0;
    }

    boolean mayDo(int action) {
        return (actions & action) != 0;
    }

    /**
     * Whether the connection can serve a further client behind this one. A filter that is not told
     * of clients would not notice that there is another.
     */
    boolean canBeKept() {
        return version >= LATEST && tells(Stage.CONNECT);
    }
}
