package org.qpsmtpd.plugin.milter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;

/**
 * What a filter answers to a stage.
 *
 * @param does what is to be done
 * @param stage the stage
 * @param code reply code of its own, 400 to 599; 0 without
 * @param text what the client reads, lines separated by LF; empty without
 */
record Ruling(Does does, Stage stage, int code, String text) {
    private static final int MOST_LINES = 32;
    private static final int LONGEST_LINE = 480;
    private static final int CODE = 3;
    private static final int CLOSES = 421;
    private static final int ACCEPTED = 250;
    private static final String TAKEN = "Message accepted";

    /** What is to be done. */
    enum Does {
        CONTINUE,
        /** It wants no more of the kind. */
        SKIP,
        /** It wants to know nothing more, of the connection or of the message. */
        ACCEPT,
        REFUSE,
        DEFER,
        /** The message is taken and thrown away. */
        DISCARD,
        /** The client is sent away. */
        CLOSE
    }

    static Ruling of(Does does, Stage stage) {
        return new Ruling(does, stage, 0, "");
    }

    /**
     * Reads it.
     *
     * @throws PeerFailure when it is no answer to that stage
     */
    static Ruling parse(Packet packet, Stage stage, Terms terms) {
        return switch (packet.letter()) {
            case 'c' -> of(Does.CONTINUE, stage);
            case 'a' -> of(Does.ACCEPT, stage);
            case 'r' -> of(Does.REFUSE, stage);
            case 't' -> of(Does.DEFER, stage);
            case 'f', '4' -> of(Does.CLOSE, stage);
            case 'y' -> reply(new String(packet.data(), UTF_8), stage);
            case 'd' -> {
                if (stage.isOfConnection() || stage == Stage.UNKNOWN) {
                    throw unexpected(packet, stage);
                }
                yield of(Does.DISCARD, stage);
            }
            case 's' -> {
                if (stage.isOfConnection() || stage == Stage.END || !terms.hasStep(Terms.SKIP)) {
                    throw unexpected(packet, stage);
                }
                yield of(Does.SKIP, stage);
            }
            default -> throw unexpected(packet, stage);
        };
    }

    private static PeerFailure unexpected(Packet packet, Stage stage) {
        return new PeerFailure(
                Kind.FAULT, "it answers '" + packet.letter() + "' to " + stage.phase);
    }

    /** A reply of its own: {@code 550 5.7.1 TEXT}, or several such lines with a minus each. */
    private static Ruling reply(String said, Stage stage) {
        int end = said.indexOf('\0');
        String whole = end < 0 ? said : said.substring(0, end);
        String code = whole.substring(0, Math.min(CODE, whole.length()));
        if (!whole.matches("(?s)[45][0-9][0-9]([ -].*)?")) {
            throw new PeerFailure(
                    Kind.FAULT, "it answers with the reply '" + line(whole) + "'; none is so");
        }
        List<String> lines = new ArrayList<>();
        String enhanced = "";
        for (String each : whole.split("\r\n|\n|\r", MOST_LINES + 1)) {
            boolean isCoded = each.matches("(?s)" + code + "([ -].*)?");
            String rest = isCoded && each.length() > CODE ? each.substring(CODE + 1) : "";
            String text = isCoded ? rest : each;
            String known = enhanced(text, code.charAt(0));
            enhanced = known.isEmpty() ? enhanced : known;
            lines.add(line(text.substring(known.length()).stripLeading()));
            if (lines.size() == MOST_LINES) {
                break;
            }
        }
        String text = String.join("\n", lines) + (enhanced.isEmpty() ? "" : " (#" + enhanced + ")");
        int number = Integer.parseInt(code);
        Does does = code.charAt(0) == '5' ? Does.REFUSE : Does.DEFER;
        return new Ruling(number == CLOSES ? Does.CLOSE : does, stage, number, text.strip());
    }

    private static String enhanced(String text, char kind) {
        int blank = text.indexOf(' ');
        String word = blank < 0 ? text : text.substring(0, blank);
        return word.matches("[245]\\.[0-9]{1,3}\\.[0-9]{1,3}") && word.charAt(0) == kind
                ? word
                : "";
    }

    /** A line without controls; a filter writes a percent sign twice. */
    private static String line(String text) {
        StringBuilder clean = new StringBuilder();
        String single = text.replace("%%", "%");
        for (int i = 0; i < single.length() && clean.length() < LONGEST_LINE; i++) {
            char c = single.charAt(i);
            boolean control = c < ' ' || (c >= 127 && c <= 159) || c == '\u2028' || c == '\u2029';
            clean.append(control ? '?' : c);
        }
        return clean.toString();
    }

    /** Whether nothing more is told: of the connection, or of the message. */
    boolean isLast() {
        return does != Does.CONTINUE && does != Does.SKIP;
    }

    /**
     * The answer of a hook to it.
     *
     * @param name of the filter
     */
    HookResult answer(String name) {
        return switch (does) {
            case CONTINUE, SKIP -> HookResult.DECLINED;
            case ACCEPT ->
                    HookResult.pass(
                            name
                                    + " accepts the "
                                    + (stage.isOfConnection() ? "connection" : "message"));
            case DISCARD -> HookResult.pass(name + " discards the message at " + stage.phase);
            case REFUSE -> coded(HookResult.deny(text("Rejected", name)), name, "rejects");
            case DEFER -> coded(HookResult.denySoft(text("Deferred", name)), name, "defers");
            case CLOSE ->
                    coded(
                            HookResult.denySoftDisconnect(text("Deferred", name)),
                            name,
                            "sends the client away");
        };
    }

    /**
     * The answer to the end of a message that nobody is to get.
     *
     * @param name of the filter
     */
    HookResult discarded(String name) {
        return HookResult.done(ACCEPTED, TAKEN)
                .because("pass: " + name + " discards the message at " + stage.phase);
    }

    private String text(String verb, String name) {
        return text.isEmpty()
                ? verb + " at " + stage.phase + " by " + name + " milter (no reason given)"
                : text;
    }

    private HookResult coded(HookResult result, String name, String does) {
        String why = "fail: " + name + " " + does + " at " + stage.phase;
        HookResult named = result.because(text.isEmpty() ? why : why + ": " + firstLine());
        return code == 0 ? named : named.withCode(code);
    }

    private String firstLine() {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
