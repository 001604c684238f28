package org.qpsmtpd.smtpclient;

import java.util.List;
import java.util.StringJoiner;
import org.qpsmtpd.api.answer.HookResult;

/**
 * A reply of the next hop.
 *
 * @param code 200 to 599
 * @param lines texts without the code; printable ASCII
 */
record HopReply(int code, List<String> lines) {
    private static final int MAX_TEXT = 250;
    private static final int MAX_WORD = 100;
    private static final int MAX_LINES = 20;

    boolean isPositive() {
        return code / 100 == 2;
    }

    boolean isIntermediate() {
        return code / 100 == 3;
    }

    boolean isTemporary() {
        return code / 100 == 4;
    }

    /** RFC 5321 section 4.2.4: neither the command nor what is in it is known there. */
    boolean isUnknownCommand() {
        return code >= 500 && code <= 504;
    }

    /** 530 (RFC 3207, RFC 4954) asks us for TLS or AUTH and says nothing about the message. */
    boolean isAboutTheMail() {
        return code != 530 && (isTemporary() || isPermanent());
    }

    boolean isPermanent() {
        return code / 100 == 5;
    }

    /** All lines on one, without enhanced codes, at most 250 characters. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            String plain = line.substring(enhancedLength(line)).strip();
            text.append(text.length() == 0 || plain.isEmpty() ? "" : " ").append(plain);
        }
        return text.length() <= MAX_TEXT ? text.toString() : text.substring(0, MAX_TEXT) + "...";
    }

    /** The code and the text. */
    String shown() {
        return (code + " " + text()).strip();
    }

    /**
     * The same as an answer to a client, word for word, with the enhanced code at its end as a
     * server's answer has it.
     */
    HookResult asAnswer() {
        StringJoiner text = new StringJoiner("\n");
        for (String line : lines.subList(0, Math.min(lines.size(), MAX_LINES))) {
            text.add(line.substring(enhancedLength(line)).strip());
        }
        String status = enhancedCode();
        String said = status.equals("2.0.0") ? text.toString() : text + " (#" + status + ")";
        if (isPositive()) {
            return HookResult.ok(said.strip());
        }
        HookResult refusal =
                isPermanent() ? HookResult.deny(said.strip()) : HookResult.denySoft(said.strip());
        return refusal.withCode(code);
    }

    /** {@code C.S.D} as given, or {@code 5.0.0} or {@code 4.0.0} when none was given. */
    String enhancedCode() {
        for (String line : lines) {
            int length = enhancedLength(line);
            if (length > 0) {
                return line.substring(0, length);
            }
        }
        return code / 100 + ".0.0";
    }

    /** The last word, which many servers make the queue id; empty when there is no text. */
    String lastWord() {
        String last = lines.get(lines.size() - 1).strip();
        String word = last.substring(last.lastIndexOf(' ') + 1);
        return word.length() <= MAX_WORD ? word : word.substring(0, MAX_WORD);
    }

    /**
     * Octets of the RFC 3463 code at the start of a line, whose class must be the reply's; or 0.
     */
    private int enhancedLength(String line) {
        int end = line.indexOf(' ');
        String word = end < 0 ? line : line.substring(0, end);
        int subject = word.indexOf('.') + 1;
        int detail = word.lastIndexOf('.') + 1;
        boolean fits =
                subject == 2
                        && word.charAt(0) == '0' + code / 100
                        && isNumber(word, subject, detail - 1)
                        && isNumber(word, detail, word.length());
        return fits ? word.length() : 0;
    }

    private static boolean isNumber(String text, int from, int to) {
        if (to - from < 1 || to - from > 3) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
