package org.qpsmtpd.plugin.mtahooks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.qpsmtpd.http.Json;
import org.qpsmtpd.testkit.StandIn;

/** Answers each question with the same octets, as often as a connection asks. */
final class StandInService implements StandIn.Script {
    private static final String LENGTH = "Content-Length: ";

    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<String> contents = new CopyOnWriteArrayList<>();
    private final byte[] answer;
    private final int piece;

    private StandInService(String answer, int piece) {
        this.answer = answer.getBytes(UTF_8);
        this.piece = piece;
    }

    /** One that writes just that. */
    static StandInService writing(String answer) {
        return new StandInService(answer, answer.length() + 1);
    }

    /** One that answers with JSON, octet by octet. */
    static StandInService sayingSlowly(String json) {
        return new StandInService(ok(json), 1);
    }

    /** One that answers with JSON. */
    static StandInService saying(String json) {
        return writing(ok(json));
    }

    static String ok(String json) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                + LENGTH
                + json.getBytes(UTF_8).length
                + "\r\n\r\n"
                + json;
    }

    /** The last question's header, CRLF between its lines. */
    String head() {
        return heads.get(heads.size() - 1);
    }

    /** The last question's content. */
    String content() {
        return contents.get(contents.size() - 1);
    }

    /** The last question. */
    Json asked() {
        return Json.parse("the question", content());
    }

    int count() {
        return contents.size();
    }

    @Override
    public void play(InputStream in, OutputStream out) throws IOException {
        for (String head = head(in); !head.isEmpty(); head = head(in)) {
            int start = head.indexOf(LENGTH) + LENGTH.length();
            int length = Integer.parseInt(head.substring(start, head.indexOf('\r', start)));
            contents.add(new String(in.readNBytes(length), UTF_8));
            heads.add(head);
            for (int i = 0; i < answer.length; i += piece) {
                out.write(answer, i, Math.min(piece, answer.length - i));
                out.flush();
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                return "";
            }
            head.append(new String(new byte[] {(byte) octet}, ISO_8859_1));
        }
        return head.toString();
    }
}
