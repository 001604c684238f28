package org.qpsmtpd.itest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Messages of many shapes, the same at each run. Their lines end in CRLF; no shape has a bare CR or
 * LF, a NUL, a field Authentication-Results, or an mbox line at the top, which have rules of their
 * own.
 */
final class Corpus {
    private static final int ROUNDS = 8;
    private static final int LARGE = 4;
    private static final String WORDS =
            "mail server queue header body grüße straße naïve 東京 привет ☃ the of a to and";

    private final Random random = new Random(20260706);
    private int boundaries;

    private Corpus() {}

    /** All messages; the larger ones last. */
    static List<byte[]> messages() {
        Corpus corpus = new Corpus();
        List<byte[]> messages = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Function<Corpus, byte[]> shape : SHAPES) {
                messages.add(shape.apply(corpus));
            }
        }
        for (int i = 0; i < LARGE; i++) {
            int octets = 1_000_000 + corpus.random.nextInt(1_000_000);
            messages.add(utf8(corpus.header("large") + corpus.binaryPart(octets * 3 / 4)));
        }
        return messages;
    }

    private static final List<Function<Corpus, byte[]>> SHAPES =
            List.of(
                    Corpus::plain,
                    corpus -> corpus.encoded("quoted-printable", StandardCharsets.UTF_8),
                    corpus -> corpus.encoded("base64", Charset.forName("KOI8-R")),
                    corpus -> corpus.encoded("8bit", StandardCharsets.ISO_8859_1),
                    corpus -> corpus.encoded("8bit", StandardCharsets.UTF_8),
                    corpus -> corpus.encoded("8bit", Charset.forName("Shift_JIS")),
                    corpus -> utf8(corpus.header("alternative") + corpus.alternative()),
                    corpus -> utf8(corpus.header("nested") + corpus.nested(8)),
                    corpus -> utf8(corpus.header("mixed") + corpus.mixed()),
                    Corpus::forwarded,
                    Corpus::report,
                    Corpus::calendar,
                    Corpus::encodedWords,
                    Corpus::rawUtf8Header,
                    Corpus::bodyOnly,
                    corpus -> utf8(corpus.header("no body")),
                    corpus -> utf8(corpus.header("empty body") + "\r\n"),
                    Corpus::foldedHeader,
                    Corpus::longHeaderLine,
                    Corpus::manyFields,
                    Corpus::oddFields,
                    Corpus::longLines,
                    Corpus::dots,
                    Corpus::blanks,
                    Corpus::octets,
                    Corpus::brokenMultipart,
                    Corpus::looksLikeOtherThings,
                    corpus -> new byte[0]);

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }

    private String header(String subject) {
        return "Received: from a.test (a.test [192.0.2.1])\r\n\tby b.test with ESMTP id "
                + random.nextInt(1_000_000)
                + ";\r\n\tMon, 6 Jul 2026 10:00:00 +0200\r\n"
                + "Date: Mon, 6 Jul 2026 10:00:00 +0200\r\nFrom: Joe <joe@example.net>\r\n"
                + "To: someone@example.com\r\nMessage-ID: <"
                + Long.toHexString(random.nextLong())
                + "@example.net>\r\nSubject: "
                + subject
                + "\r\n";
    }

    private String text(int lines) {
        String[] words = WORDS.split(" ", -1);
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < lines; line++) {
            for (int i = random.nextInt(12); i > 0; i--) {
                text.append(words[random.nextInt(words.length)]).append(i == 1 ? "" : " ");
            }
            text.append("\r\n");
        }
        return text.toString();
    }

    private String ascii(int lines) {
        return text(lines).replaceAll("[^\\x00-\\x7f]", "?");
    }

    private String boundary() {
        String[] styles = {"=_%d", "----=_NextPart_000_%d", "%d", "b'()+_,-./:=? %d"};
        return String.format(styles[random.nextInt(styles.length)], boundaries++);
    }

    private String multipart(String type, String... parts) {
        String boundary = boundary();
        StringBuilder text = new StringBuilder();
        text.append("MIME-Version: 1.0\r\nContent-Type: multipart/").append(type);
        text.append(";\r\n boundary=\"").append(boundary).append("\"\r\n\r\n");
        if (random.nextBoolean()) {
            text.append("This is a message in several parts.\r\n");
        }
        for (String part : parts) {
            text.append("--").append(boundary).append("\r\n").append(part).append("\r\n");
        }
        text.append("--").append(boundary).append("--\r\n");
        return text + (random.nextBoolean() ? "An epilogue.\r\n" : "");
    }

    private String textPart(String subtype) {
        return "Content-Type: text/"
                + subtype
                + "; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                + text(random.nextInt(20));
    }

    private String binaryPart(int octets) {
        byte[] content = new byte[octets];
        random.nextBytes(content);
        String name = Integer.toHexString(random.nextInt());
        return "Content-Type: application/octet-stream; name=\""
                + name
                + "\"\r\nContent-Disposition: attachment;\r\n filename*0*=utf-8''gr%C3%BC;\r\n"
                + " filename*1=\"sse.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(content)
                + "\r\n";
    }

    private String alternative() {
        return multipart("alternative", textPart("plain"), textPart("html"));
    }

    private String nested(int depth) {
        if (depth == 0) {
            return textPart("plain");
        }
        return multipart("mixed", textPart("plain"), nested(depth - 1));
    }

    private String mixed() {
        String related = multipart("related", alternative(), binaryPart(random.nextInt(5000)));
        return multipart("mixed", related, binaryPart(random.nextInt(50_000)));
    }

    private byte[] plain() {
        return utf8(header("plain") + "\r\n" + ascii(random.nextInt(100)));
    }

    private byte[] encoded(String encoding, Charset charset) {
        byte[] content = text(1 + random.nextInt(50)).getBytes(charset);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(
                utf8(
                        header(encoding)
                                + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset="
                                + charset
                                + "\r\nContent-Transfer-Encoding: "
                                + encoding
                                + "\r\n\r\n"));
        switch (encoding) {
            case "base64" -> out.writeBytes(Base64.getMimeEncoder().encode(content));
            case "quoted-printable" -> out.writeBytes(quotedPrintable(content));
            default -> out.writeBytes(content);
        }
        out.writeBytes(utf8("\r\n"));
        return out.toByteArray();
    }

    private static byte[] quotedPrintable(byte[] content) {
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (byte octet : content) {
            boolean plain = octet >= 32 && octet != '=' && octet < 127;
            String shown = plain ? "" + (char) octet : String.format("=%02X", octet & 0xff);
            text.append(column > 70 ? "=\r\n" : "").append(shown);
            column = column > 70 ? 0 : column + shown.length();
        }
        return utf8(text.toString());
    }

    private byte[] forwarded() {
        String inner = header("inner") + "Delivered-To: a@b.test\r\n\r\n" + text(5);
        String part = "Content-Type: message/rfc822\r\n\r\n" + inner;
        return utf8(header("Fwd: inner") + multipart("mixed", textPart("plain"), part));
    }

    private byte[] report() {
        String status =
                crlf(
                        """
                        Content-Type: message/delivery-status

                        Reporting-MTA: dns; a.test

                        Final-Recipient: rfc822; a@b.test
                        Action: failed
                        Status: 5.1.1
                        """);
        String headers = "Content-Type: text/rfc822-headers\r\n\r\n" + header("returned");
        return utf8(
                header("Undelivered Mail")
                        + multipart(
                                "report; report-type=delivery-status",
                                textPart("plain"),
                                status,
                                headers));
    }

    private byte[] calendar() {
        String event =
                crlf(
                        """
                        Content-Type: text/calendar; method=REQUEST; charset=utf-8

                        BEGIN:VCALENDAR
                        VERSION:2.0
                        BEGIN:VEVENT
                        SUMMARY:Bücher
                         folded
                        END:VEVENT
                        END:VCALENDAR
                        """);
        return utf8(header("invitation") + multipart("alternative", textPart("plain"), event));
    }

    private byte[] encodedWords() {
        return utf8(
                header("=?utf-8?B?R3LDvMOfZQ==?=\r\n =?iso-8859-1?q?=E4=F6?= (=?x?q?bad?=)")
                        + "X-Long: =?utf-8?q?"
                        + "=C3=BC".repeat(random.nextInt(100))
                        + "?=\r\n\r\n"
                        + ascii(3));
    }

    private byte[] rawUtf8Header() {
        return utf8(header("Grüße " + text(1).strip()) + "X-Jörg: 東京\r\n\r\n" + text(3));
    }

    private byte[] bodyOnly() {
        return utf8("\r\n" + text(1 + random.nextInt(10)));
    }

    private byte[] foldedHeader() {
        StringBuilder references = new StringBuilder("References:");
        for (int i = random.nextInt(400); i >= 0; i--) {
            references.append("\r\n <").append(Long.toHexString(random.nextLong()));
            references.append("@example.net>");
        }
        return utf8(header("references") + references + "\r\n\r\n" + ascii(2));
    }

    private byte[] longHeaderLine() {
        String value = "x".repeat(900 + random.nextInt(9000));
        return utf8("X-Long: " + value + "\r\n" + header("long line") + "\r\n" + ascii(2));
    }

    private byte[] manyFields() {
        StringBuilder fields = new StringBuilder();
        for (int i = 100 + random.nextInt(500); i > 0; i--) {
            fields.append("X-Field-").append(i).append(": ").append(random.nextInt());
            fields.append("\r\n");
        }
        return utf8(fields + header("many fields") + "\r\n" + ascii(2));
    }

    private byte[] oddFields() {
        return utf8(
                header("odd")
                        + "Empty:\r\nX-Blank: \r\nX-Tab:\tvalue\tend\t\r\nNo-Blank:x\r\n"
                        + "sUBJECT: twice\r\nX-Fold:\r\n \r\n\t\r\n end\r\nOld : colon\r\n"
                        + "X:"
                        + " ".repeat(random.nextInt(50))
                        + "y\r\n!#$%&'*+-.^_`|~: z\r\n"
                        + "X-Comment: (a (nested) \\) one)\r\nBcc:\r\n"
                        + "From: second@example.net\r\nResent-From: a@b.test\r\n\r\n"
                        + ascii(1));
    }

    private byte[] longLines() {
        return utf8(
                header("long lines")
                        + "\r\n"
                        + "a".repeat(998)
                        + "\r\n"
                        + "b".repeat(999)
                        + "\r\n"
                        + ".".repeat(5000)
                        + "\r\n"
                        + "ü".repeat(random.nextInt(100_000))
                        + "\r\n");
    }

    private byte[] dots() {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            body.append(".".repeat(random.nextInt(4))).append(random.nextBoolean() ? "" : "x");
            body.append("\r\n");
        }
        return utf8(".field: dot\r\n" + header("dots") + "\r\n..\r\n\r\n.\r\n" + body + ".\r\n");
    }

    private byte[] blanks() {
        return utf8(
                header("blanks")
                        + "\r\n".repeat(1 + random.nextInt(20))
                        + " \r\n\t\r\nend \t \r\n"
                        + "\r\n".repeat(random.nextInt(20)));
    }

    private byte[] octets() {
        byte[] content = new byte[random.nextInt(100_000)];
        random.nextBytes(content);
        for (int i = 0; i < content.length; i++) {
            boolean taken = content[i] == 0 || content[i] == '\r' || content[i] == '\n';
            content[i] = taken ? (byte) 0x80 : content[i];
        }
        for (int i = 500; i + 1 < content.length; i += 2 + random.nextInt(900)) {
            content[i] = '\r';
            content[i + 1] = '\n';
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(utf8(header("octets") + "\r\n"));
        out.writeBytes(content);
        out.writeBytes(utf8(" \r\n"));
        return out.toByteArray();
    }

    private byte[] brokenMultipart() {
        return utf8(
                header("broken")
                        + "Content-Type: multipart/mixed; boundary=\"aa\"\r\n\r\n--aa\r\n"
                        + "Content-Type: multipart/mixed; boundary=\"a\"\r\n\r\n--a\r\n\r\n"
                        + text(random.nextInt(5))
                        + "--aa\r\nno header here\r\n--b--\r\n");
    }

    private byte[] looksLikeOtherThings() {
        return utf8(
                header("look-alikes")
                        + "\r\n"
                        + "From joe@example.net Mon Jul  6 10:00:00 2026\r\n"
                        + ">From him\r\n"
                        + "MAIL FROM:<a@b.test>\r\n"
                        + "RCPT TO:<c@d.test>\r\n"
                        + "DATA\r\n"
                        + "QUIT\r\n"
                        + "BDAT 10 LAST\r\n"
                        + "250 ok\r\n"
                        + "-----BEGIN PGP MESSAGE-----\r\n\r\n"
                        + "hQ==\r\n"
                        + "=aaaa\r\n"
                        + "-----END PGP MESSAGE-----\r\n"
                        + "begin 644 x\r\n"
                        + "#0V%T\r\n"
                        + "`\r\n"
                        + "end\r\n"
                        + ". \r\n"
                        + ascii(random.nextInt(5)));
    }
}
