package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real clients send arrives octet by octet, and they understand a refusal. */
class ClientsIT {
    private static final String SENDER = "joe@example.net";
    private static final String RECIPIENT = "someone@example.com";
    private static final String FOREIGN = "someone@elsewhere.test";
    private static final Path SCRIPTS = Path.of("src/test/resources/clients").toAbsolutePath();

    /** Where Debian's packages put modules. */
    private static final Path NODE_MODULES = Path.of("/usr/share/nodejs");

    /** The same fields everywhere, so that no client adds one of its own. */
    private static final String HEADER =
            """
            Date: Mon, 6 Jul 2026 10:00:00 +0200
            From: Joe <joe@example.net>
            To: someone@example.com
            Message-ID: <1@example.net>
            """;

    private static ServerUnderTest server;

    private final Path directory;

    ClientsIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeAll
    static void start() {
        server = ServerUnderTest.builder().plugins("rcpt_ok", "queue/maildir MAIL").start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** The messages that each client sends, their lines ending in LF. */
    private static Map<String, byte[]> messages() {
        Map<String, byte[]> messages = new LinkedHashMap<>();
        messages.put("plain", utf8(HEADER + "Subject: plain\n\nhello\n"));
        messages.put("8-bit", utf8(HEADER + "Subject: 8-bit\n\nGrüße aus Köln, 東京 ☃\n"));
        messages.put(
                "latin-1", latin1(HEADER + "Subject: 8-bit\n\nGr\u00fc\u00dfe \u00ff\u0080\n"));
        messages.put("dots", utf8(HEADER + "Subject: dots\n\n.\n..\n...\n.x\nx.\n.\n\n.\n"));
        messages.put("UTF-8 header", utf8(HEADER + "Subject: Grüße, 東京\nX-☃: no\n\nx\n"));
        messages.put("blank lines", utf8(HEADER + "Subject: blank\n\n\n \n\t\n\nx \t\n\n\n"));
        messages.put("header only", utf8(HEADER + "Subject: header only\n\n"));
        messages.put("998", utf8(HEADER + "Subject: long\n\n" + "x".repeat(998) + "\n.\n"));
        messages.put("5000", utf8(HEADER + "Subject: long\n\n" + ".abc".repeat(1250) + "\nx\n"));
        messages.put("attachment", utf8(HEADER + attachment()));
        return messages;
    }

    private static String attachment() {
        byte[] octets = new byte[150_000];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (i * 31 + i / 256);
        }
        Base64.Encoder encoder = Base64.getMimeEncoder(76, new byte[] {'\n'});
        return "Subject: attachment\nMIME-Version: 1.0\n"
                + "Content-Type: multipart/mixed; boundary=\"=_b\"\n\nA preamble.\n--=_b\n"
                + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
                + "Füße\n--=_b\nContent-Type: application/octet-stream; name=\"ü.bin\"\n"
                + "Content-Transfer-Encoding: base64\n\n"
                + encoder.encodeToString(octets)
                + "\n--=_b--\n";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"swaks", "smtp-source", "msmtp", "smtplib", "Net::SMTP", "nodemailer"})
    void deliversOctetByOctet(String client) throws IOException {
        for (Map.Entry<String, byte[]> message : messages().entrySet()) {
            int before = server.maildir().messages().size();
            Path file = Files.write(directory.resolve("message"), message.getValue());
            Program.Result result = send(client, file, RECIPIENT);
            assertThat(result.status()).as(result.output()).isZero();
            List<StoredMessage> stored = server.maildir().messages();
            assertThat(stored).as("%s: %s", client, message.getKey()).hasSize(before + 1);
            StoredMessage last = stored.get(before);
            assertThat(last.contentText())
                    .as("%s: %s", client, message.getKey())
                    .isEqualTo(sentBy(client, message.getValue()));
            assertThat(last.trace("Return-Path")).isEqualTo("<" + SENDER + ">");
            assertThat(last.deliveredTo()).containsExactly(RECIPIENT);
        }
    }

    /** Each sends the message as it is, but smtp-source adds an empty line. */
    private static String sentBy(String client, byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        return client.equals("smtp-source") ? text + "\n" : text;
    }

    @ParameterizedTest
    @ValueSource(strings = {"swaks", "smtp-source", "msmtp", "smtplib", "Net::SMTP", "nodemailer"})
    void understandsARefusal(String client) throws IOException {
        int before = server.maildir().messages().size();
        Path file = Files.write(directory.resolve("message"), messages().get("plain"));
        Program.Result result = send(client, file, FOREIGN);
        assertThat(result.status()).as(result.output()).isNotZero();
        assertThat(result.output()).contains("Relaying denied");
        assertThat(server.maildir().messages()).hasSize(before);
    }

    private Program.Result send(String client, Path file, String recipient) throws IOException {
        String port = Integer.toString(server.port());
        return switch (client) {
            case "swaks" -> swaks(file, recipient);
            case "smtp-source" ->
                    Program.find("smtp-source", "postfix")
                            .run(
                                    List.of(
                                            "-F",
                                            file.toString(),
                                            "-f",
                                            SENDER,
                                            "-t",
                                            recipient,
                                            "127.0.0.1:" + port));
            case "msmtp" -> msmtp(file, recipient);
            case "smtplib" ->
                    Program.find("python3", "python3")
                            .run(script("smtplib-send.py", port, file, recipient));
            case "Net::SMTP" ->
                    Program.find("perl", "perl")
                            .run(script("net-smtp-send.pl", port, file, recipient));
            case "nodemailer" -> nodemailer(port, file, recipient);
            default -> throw new IllegalArgumentException(client);
        };
    }

    private static List<String> script(String name, String port, Path file, String recipient) {
        return List.of(SCRIPTS.resolve(name).toString(), port, SENDER, file.toString(), recipient);
    }

    /** The data go in as they are on the wire, since swaks would rewrite some of it. */
    private Program.Result swaks(Path file, String recipient) throws IOException {
        byte[] wire = SmtpDialogue.stuffed(crlf(Files.readAllBytes(file)));
        byte[] withoutLastLineEnd = Arrays.copyOf(wire, wire.length - 2);
        Path data = Files.write(directory.resolve("data"), withoutLastLineEnd);
        return Program.find("swaks", "swaks")
                .run(
                        List.of(
                                "--to",
                                recipient,
                                "--from",
                                SENDER,
                                "--server",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(server.port()),
                                "--no-data-fixup",
                                "--data",
                                "@" + data));
    }

    private Program.Result msmtp(Path file, String recipient) throws IOException {
        Path config =
                Files.writeString(
                        directory.resolve("msmtprc"),
                        "account default\nhost 127.0.0.1\nport "
                                + server.port()
                                + "\nauth off\ntls off\nset_msgid_header off\n");
        Program msmtp = Program.find("msmtp", "msmtp");
        Program shell = Program.find("sh", "dash");
        return shell.run(
                List.of(
                        "-c",
                        "exec \"$0\" -C \"$1\" -f \"$2\" -- \"$3\" <\"$4\"",
                        msmtp.path().toString(),
                        config.toString(),
                        SENDER,
                        recipient,
                        file.toString()));
    }

    private static Program.Result nodemailer(String port, Path file, String recipient) {
        if (!Files.isDirectory(NODE_MODULES.resolve("nodemailer"))) {
            Program.missing("nodemailer (Debian: apt-get install node-nodemailer)");
        }
        return Program.find("node", "nodejs")
                .run(
                        script("nodemailer-send.js", port, file, recipient),
                        List.of("NODE_PATH=" + NODE_MODULES));
    }

    private static byte[] crlf(byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void deliversWhatSwaksSendsByItself() {
        int before = server.maildir().messages().size();
        Program.Result result = plainSwaks(RECIPIENT);
        assertThat(result.status()).as(result.output()).isZero();
        List<StoredMessage> stored = server.maildir().messages();
        assertThat(stored).hasSize(before + 1);
        assertThat(stored.get(before).contentText()).isEqualTo(sent(result.output()));
    }

    @Test
    void refusesAForeignRecipientOfSwaks() {
        int before = server.maildir().messages().size();
        Program.Result result = plainSwaks(FOREIGN);
        assertThat(result.status()).isNotZero();
        assertThat(result.output()).contains("<** 550 5.7.1 Relaying denied");
        assertThat(server.maildir().messages()).hasSize(before);
    }

    private static Program.Result plainSwaks(String recipient) {
        return Program.find("swaks", "swaks")
                .run("--to", recipient, "--server", "127.0.0.1:" + server.port());
    }

    /** The message in swaks' transcript: what it says it sent between the 354 and the dot. */
    private static String sent(String transcript) {
        List<String> lines = new ArrayList<>();
        boolean inData = false;
        for (String line : transcript.split("\r?\n", -1)) {
            if (line.equals(" -> .")) {
                break;
            }
            if (inData && line.startsWith(" -> ")) {
                lines.add(line.substring(4));
            }
            inData |= line.startsWith("<-  354");
        }
        return String.join("\n", lines) + "\n";
    }

    @Test
    void takesUtf8AddressesFromSmtplib() throws IOException {
        int before = server.maildir().messages().size();
        Path file = Files.write(directory.resolve("message"), messages().get("UTF-8 header"));
        Program.Result result =
                Program.find("python3", "python3")
                        .run(
                                SCRIPTS.resolve("smtplib-send.py").toString(),
                                Integer.toString(server.port()),
                                "jörg@bücher.test",
                                file.toString(),
                                "用户@example.com");
        assertThat(result.status()).as(result.output()).isZero();
        StoredMessage stored = server.maildir().messages().get(before);
        assertThat(stored.trace("Return-Path")).isEqualTo("<jörg@bücher.test>");
        assertThat(stored.deliveredTo()).containsExactly("用户@example.com");
        assertThat(stored.trace("Received")).contains("with UTF8SMTP");
    }

    @Test
    void takesManyMessagesAConnectionFromSmtpSource() {
        int before = server.maildir().messages().size();
        Program.Result result =
                Program.find("smtp-source", "postfix")
                        .run(
                                "-s",
                                "10",
                                "-m",
                                "200",
                                "-d",
                                "-l",
                                "20000",
                                "-f",
                                SENDER,
                                "-t",
                                RECIPIENT,
                                "127.0.0.1:" + server.port());
        assertThat(result.status()).as(result.output()).isZero();
        List<StoredMessage> stored = server.maildir().messages();
        assertThat(stored).hasSize(before + 200);
        assertThat(stored.subList(before, stored.size()))
                .allSatisfy(message -> assertThat(message.content().length).isGreaterThan(19_000));
    }
}
