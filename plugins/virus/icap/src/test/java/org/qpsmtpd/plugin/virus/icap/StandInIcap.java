package org.qpsmtpd.plugin.virus.icap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.testkit.StandIn;

/** An ICAP server that reads questions strictly, as often as a connection asks. */
final class StandInIcap implements StandIn.Script {
    static final String OPTIONS =
            lines(
                    "ICAP/1.0 200 OK",
                    "Methods: RESPMOD, REQMOD",
                    "ISTag: \"one\"",
                    "Options-TTL: 3600",
                    "Preview: 10",
                    "Allow: 204",
                    "Encapsulated: null-body=0",
                    "");
    static final String CLEAN = lines("ICAP/1.0 204 Unmodified", "ISTag: \"one\"", "");
    static final String INFECTED =
            lines(
                    "ICAP/1.0 200 OK",
                    "ISTag: \"one\"",
                    "X-Infection-Found: Type=0; Resolution=2; Threat=Worm.A;",
                    "Encapsulated: res-hdr=0, res-body=26",
                    "",
                    "HTTP/1.0 403 Forbidden",
                    "",
                    "5",
                    "sorry",
                    "0",
                    "");

    private static final Pattern BODY_AT = Pattern.compile("(?:res|req)-body=([0-9]+)");

    final List<String> heads = new CopyOnWriteArrayList<>();
    final List<String> messages = new CopyOnWriteArrayList<>();
    final List<Integer> previews = new CopyOnWriteArrayList<>();

    private final String options;
    private final boolean asksForRest;
    private final Answer answer;

    /** What is answered to a message as far as it was seen. */
    interface Answer {
        String to(String message);
    }

    StandInIcap(String options, boolean asksForRest, Answer answer) {
        this.options = options;
        this.asksForRest = asksForRest;
        this.answer = answer;
    }

    /** One that has a look at the whole message and then always says the same. */
    static StandInIcap saying(String answer) {
        return new StandInIcap(OPTIONS, true, message -> answer);
    }

    @Override
    public void play(InputStream in, OutputStream out) throws IOException {
        for (String head = head(in); !head.isEmpty(); head = head(in)) {
            heads.add(head);
            if (head.startsWith("OPTIONS ")) {
                say(out, options);
                continue;
            }
            Matcher bodyAt = BODY_AT.matcher(head);
            if (!bodyAt.find()) {
                throw new IOException("no body");
            }
            heads.add(new String(in.readNBytes(Integer.parseInt(bodyAt.group(1))), ISO_8859_1));
            StringBuilder message = new StringBuilder();
            boolean isWhole = chunks(in, message) || !head.contains("\r\nPreview: ");
            if (!isWhole) {
                previews.add(message.length());
                if (asksForRest) {
                    say(out, "ICAP/1.0 100 Continue\r\n\r\n");
                    var unused = chunks(in, message);
                }
            }
            messages.add(message.toString());
            say(out, answer.to(message.toString()));
        }
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    /** Reads chunks up to the last, and says whether that is the end of the message. */
    private static boolean chunks(InputStream in, StringBuilder message) throws IOException {
        while (true) {
            String size = line(in);
            int length = Integer.parseInt(size.split(";", 2)[0], 16);
            message.append(new String(in.readNBytes(length), ISO_8859_1));
            if (!line(in).isEmpty()) {
                throw new IOException("a chunk that is longer than it says");
            }
            if (length == 0) {
                return size.endsWith("; ieof");
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the end within a line");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                return "";
            }
            head.append((char) octet);
        }
        return head.toString();
    }
}
