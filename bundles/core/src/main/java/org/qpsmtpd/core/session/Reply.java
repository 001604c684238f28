package org.qpsmtpd.core.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.core.message.Characters;

/**
 * What the server says: a code, an enhanced code, and one or more lines. Text from plugins and from
 * other servers is made safe here: no control characters, no line longer than RFC 5321 section
 * 4.5.3.1.5 allows.
 *
 * @param code 200 to 599
 * @param enhanced such as {@code 5.7.1}; empty for the replies that carry none (RFC 2034 section 4)
 * @param lines the text, at least one line
 */
public record Reply(int code, String enhanced, List<String> lines) {
    private static final int MAX_TEXT = 480;
    private static final int MAX_LINES = 100;

    /** A challenge of AUTH is in base64, and cut it would be none; RFC 4954 section 4. */
    private static final int CHALLENGE = 334;

    /** Copies the lines. */
    public Reply {
        lines = List.copyOf(lines);
    }

    /** A reply with its enhanced code; the text is split at LF. */
    public static Reply of(int code, String enhanced, String text) {
        return new Reply(code, enhanced, split(text));
    }

    /** A reply without enhanced code; the text is split at LF. */
    public static Reply plain(int code, String text) {
        return of(code, "", text);
    }

    /**
     * A reply whose text may end in {@code (#C.S.D)}, which then is its enhanced code.
     *
     * @param subjectDetail the last two numbers of the enhanced code when the text names none,
     *     {@code 7.1}
     */
    public static Reply coded(int code, String subjectDetail, String text) {
        int kind = code / 100;
        String named = namedCode(text);
        boolean fits = !named.isEmpty() && named.charAt(0) - '0' == kind;
        return of(code, fits ? named : kind + "." + subjectDetail, text);
    }

    /** The same reply, whose text begins with these words; for a client that reads several. */
    Reply about(String subject) {
        if (lines.get(0).startsWith(subject)) {
            return this;
        }
        List<String> said = new ArrayList<>(lines);
        said.set(0, subject + " " + lines.get(0));
        return new Reply(code, enhanced, said);
    }

    private static String namedCode(String text) {
        int start = text.lastIndexOf("(#");
        if (start < 0 || !text.endsWith(")")) {
            return "";
        }
        String code = text.substring(start + 2, text.length() - 1);
        String[] parts = code.split("\\.", -1);
        boolean numbers = parts.length == 3;
        for (String part : parts) {
            numbers &= part.length() <= 3 && Characters.areDigits(part);
        }
        return numbers ? code : "";
    }

    private static List<String> split(String text) {
        if (text.indexOf('\n') < 0) {
            return List.of(text);
        }
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (lines.size() < MAX_LINES) {
                lines.add(line);
            }
        }
        return lines;
    }

    /**
     * Writes the reply as it goes on the wire.
     *
     * @param utf8 whether the client said SMTPUTF8; otherwise everything beyond ASCII becomes
     *     {@code ?}
     */
    public void writeTo(ByteBuf out, boolean utf8) {
        for (int i = 0; i < lines.size(); i++) {
            writeNumber(out);
            out.writeByte(i == lines.size() - 1 ? ' ' : '-');
            if (!enhanced.isEmpty()) {
                ByteBufUtil.writeAscii(out, enhanced);
                out.writeByte(' ');
            }
            if (code == CHALLENGE) {
                ByteBufUtil.writeAscii(out, lines.get(i));
            } else {
                writeText(out, lines.get(i), utf8);
            }
            out.writeByte('\r').writeByte('\n');
        }
    }

    private void writeNumber(ByteBuf out) {
        out.writeByte('0' + code / 100).writeByte('0' + code / 10 % 10).writeByte('0' + code % 10);
    }

    private static void writeText(ByteBuf out, String text, boolean utf8) {
        int length = Math.min(text.length(), MAX_TEXT);
        boolean ascii = true;
        for (int i = 0; i < length && ascii; i++) {
            char c = text.charAt(i);
            ascii = c >= 32 && c < 127;
        }
        if (ascii && length == text.length()) {
            ByteBufUtil.writeAscii(out, text);
            return;
        }
        out.writeBytes(clean(text, utf8).getBytes(StandardCharsets.UTF_8));
    }

    private static String clean(String text, boolean utf8) {
        StringBuilder clean = new StringBuilder();
        int octets = 0;
        for (int i = 0; i < text.length() && octets < MAX_TEXT; i++) {
            char c = text.charAt(i);
            boolean control = c < 32 || (c >= 127 && c <= 159) || c == '\u2028' || c == '\u2029';
            if (control) {
                continue;
            }
            clean.append(c < 127 || utf8 ? c : '?');
            octets += c < 127 ? 1 : 3;
        }
        return clean.toString();
    }

    /** The reply as the log shows it, a line each. */
    public List<String> logLines() {
        List<String> shown = new ArrayList<>();
        if (code == CHALLENGE) {
            return List.of(code + " ***");
        }
        for (int i = 0; i < lines.size(); i++) {
            String mark = i == lines.size() - 1 ? " " : "-";
            shown.add(code + mark + (enhanced.isEmpty() ? "" : enhanced + " ") + lines.get(i));
        }
        return shown;
    }
}
