package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;
import org.qpsmtpd.mailauth.dkim.DkimForm;
import org.qpsmtpd.mailauth.dkim.DkimSigning;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.MessageText;
import org.qpsmtpd.mailauth.signature.SigningKey;
import org.qpsmtpd.testkit.FakeNameServer;

/**
 * Mail that goes through a server which forwards, and keeps a list, to the server of whoever reads
 * it: what both find out, and what becomes of it.
 *
 * <p>Authors send from 127.0.0.5, which their domains allow; the forwarder hands on from 127.0.0.1,
 * which only its own domain allows. All domains want what fails to be rejected.
 */
@Timeout(180)
class WhoseMailIT {
    private static final int AUTHOR = 5;
    private static final Path LIST =
            Path.of("src/test/resources/whosemail/list.py").toAbsolutePath();

    private static final SigningKey SIGNED = key("signed.example");
    private static final SigningKey SEAL = key("lists.example");

    private static @Nullable FakeNameServer names;
    private static @Nullable Process list;
    private static @Nullable ServerUnderTest trusting;
    private static @Nullable ServerUnderTest distrusting;
    private static int hookPort;
    private static int stores;

    @TempDir private static @Nullable Path folder;

    private static SigningKey key(String domain) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return new SigningKey(
                    domain, "s", Algorithm.RSA, generator.generateKeyPair().getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void start() throws IOException {
        FakeNameServer zone = FakeNameServer.start();
        names = zone;
        for (String domain : List.of("signed.example", "plain.example")) {
            zone.with(DnsType.TXT, domain, "v=spf1 ip4:127.0.0." + AUTHOR + " -all")
                    .with(DnsType.TXT, "mail." + domain, "v=spf1 ip4:127.0.0." + AUTHOR + " -all")
                    .with(DnsType.TXT, "_dmarc." + domain, "v=DMARC1; p=reject");
        }
        zone.with(DnsType.TXT, "lists.example", "v=spf1 ip4:127.0.0.1 -all")
                .with(DnsType.TXT, "s._domainkey.signed.example", SIGNED.record())
                .with(DnsType.TXT, "s._domainkey.lists.example", SEAL.record());
        hookPort = FreePort.take();
        Process started =
                Program.find("python3", "python3")
                        .start(List.of(LIST.toString(), String.valueOf(hookPort)), List.of());
        list = started;
        ProcessOutput.of(started.getInputStream())
                .await("list.py to listen", said -> said.contains("listening"));
        trusting = reader(zone, "lists.example");
        distrusting = reader(zone, "other.example");
    }

    @AfterAll
    static void stop() {
        close(trusting);
        close(distrusting);
        close(names);
        if (list != null) {
            list.destroyForcibly();
        }
    }

    private static void close(@Nullable AutoCloseable resource) {
        try {
            if (resource != null) {
                resource.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A store of its own for each server: that of the distribution is for one at a time. */
    private static String store() {
        return "file " + requireNonNull(folder).resolve("store" + stores++);
    }

    /** The server of whoever reads the mail. */
    private static ServerUnderTest reader(FakeNameServer zone, String trusted) {
        return ServerUnderTest.builder()
                .file("dns_servers", zone.address())
                .file("store", store())
                .file("me", "mx.reader.example")
                .file("rcpthosts", "reader.example")
                .file("arc_trusted", trusted)
                .plugins(
                        "sender_permitted_from reject 0",
                        "dkim",
                        "arc",
                        "dmarc",
                        "rcpt_ok",
                        "queue/maildir MAIL")
                .start();
    }

    /** The server that forwards to another one. */
    private static ServerUnderTest forwarder(ServerUnderTest next) throws IOException {
        ServerUnderTest server =
                ServerUnderTest.builder()
                        .file("dns_servers", requireNonNull(names).address())
                        .file("me", "lists.example")
                        .file("store", store())
                        .file("rcpthosts", "lists.example", "reader.example")
                        .plugins(
                                "sender_permitted_from reject 0",
                                "dkim",
                                "arc seal lists.example",
                                "dmarc",
                                "mta_hooks http://127.0.0.1:" + hookPort + "/ stages data",
                                "rcpt_ok",
                                "queue/smtp-forward 127.0.0.1 " + next.port())
                        .start();
        Path keys = Files.createDirectories(server.config().resolve("dkim/lists.example"));
        Files.writeString(keys.resolve("selector"), "s\n");
        Files.writeString(
                keys.resolve("private"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(SEAL.key().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        return server;
    }

    private static byte[] message(String domain) {
        return ("From: Joe <joe@" + domain + ">\r\nSubject: dinner\r\n\r\nHi.\r\n")
                .getBytes(ISO_8859_1);
    }

    private static byte[] signed(byte[] message) {
        MessageText text = new MessageText(message);
        DkimSigning signing = new DkimSigning(DkimForm.USUAL);
        signing.body(message, text.bodyStart(), message.length - text.bodyStart());
        String value = signing.sign(text.fields(), List.of(SIGNED), Instant.now()).get(0);
        return ("DKIM-Signature: " + value + "\r\n" + new String(message, ISO_8859_1))
                .getBytes(ISO_8859_1);
    }

    /** What a server of the domain is told at the end of its message. */
    private static SmtpReply send(
            ServerUnderTest server, String domain, String sender, String to, byte[] message) {
        try (SmtpDialogue session =
                SmtpDialogue.from(Loopback.v4(AUTHOR), Loopback.v4(1, server.port()))) {
            session.expect(220);
            session.command("EHLO mail." + domain);
            session.envelope(sender, to);
            return session.data(message);
        }
    }

    /** The field Authentication-Results of a message, without its folds. */
    private static String results(ServerUnderTest reader, int number) {
        return reader.maildir()
                .messages()
                .get(number)
                .trace("Authentication-Results")
                .replaceAll("\\s+", " ");
    }

    /** Sends through the forwarder; gives what the reader's server has found out. */
    private static String through(
            ServerUnderTest reader, String domain, String sender, String to, byte[] message)
            throws IOException {
        try (ServerUnderTest forwarder = forwarder(reader)) {
            int before = reader.maildir().messages().size();
            SmtpReply reply = send(forwarder, domain, sender, to, message);
            if (reply.code() != 250) {
                return reply.code() + " " + reply.text();
            }
            assertThat(reader.maildir().messages()).hasSize(before + 1);
            return results(reader, before);
        }
    }

    @Test
    void comesFromItsAuthor() {
        ServerUnderTest reader = requireNonNull(trusting);
        int before = reader.maildir().messages().size();

        SmtpReply reply =
                send(
                        reader,
                        "signed.example",
                        "joe@signed.example",
                        "amy@reader.example",
                        signed(message("signed.example")));

        assertThat(reply.code()).isEqualTo(250);
        assertThat(results(reader, before))
                .contains(
                        "spf=pass smtp.mailfrom=signed.example",
                        "dkim=pass",
                        "arc=none",
                        "dmarc=pass",
                        "header.from=signed.example");
    }

    /** The signature survives, and a forwarder may not send for the domain. */
    @Test
    void isForwardedWithItsSignature() throws IOException {
        String found =
                through(
                        requireNonNull(distrusting),
                        "signed.example",
                        "joe@signed.example",
                        "amy@reader.example",
                        signed(message("signed.example")));

        assertThat(found)
                .contains("spf=fail smtp.mailfrom=signed.example", "dkim=pass", "arc=pass")
                .contains("dmarc=pass");
    }

    @Test
    void isForwardedWithoutOneAndNobodyIsTrusted() throws IOException {
        assertThat(
                        through(
                                requireNonNull(distrusting),
                                "plain.example",
                                "joe@plain.example",
                                "amy@reader.example",
                                message("plain.example")))
                .contains("550 failed DMARC policy");
    }

    /** What passed where it was forwarded passes, when the word of the forwarder is taken. */
    @Test
    void isForwardedByWhoIsTrusted() throws IOException {
        String found =
                through(
                        requireNonNull(trusting),
                        "plain.example",
                        "joe@plain.example",
                        "amy@reader.example",
                        message("plain.example"));

        assertThat(found)
                .contains("spf=fail", "dkim=none", "arc=pass", "dmarc=fail")
                .contains("p=reject dis=none");
    }

    /** The list sends by itself, and changes subject and body. */
    @Test
    void comesFromAList() throws IOException {
        byte[] message = signed(message("signed.example"));

        String trusted =
                through(
                        requireNonNull(trusting),
                        "signed.example",
                        "joe@signed.example",
                        "list@reader.example",
                        message);
        String distrusted =
                through(
                        requireNonNull(distrusting),
                        "signed.example",
                        "joe@signed.example",
                        "list@reader.example",
                        message);

        assertThat(trusted)
                .contains("spf=pass smtp.mailfrom=lists.example", "dkim=fail", "arc=pass")
                .contains("dmarc=fail", "dis=none");
        assertThat(distrusted).contains("550 failed DMARC policy");
    }

    /** A bounce has no sender: the name in HELO counts, and that of the forwarder is not its. */
    @Test
    void isABounce() throws IOException {
        ServerUnderTest reader = requireNonNull(trusting);
        int before = reader.maildir().messages().size();
        byte[] bounce = message("plain.example");

        assertThat(send(reader, "plain.example", "", "amy@reader.example", bounce).code())
                .isEqualTo(250);
        String found = through(reader, "plain.example", "", "amy@reader.example", bounce);
        String distrusted =
                through(
                        requireNonNull(distrusting),
                        "plain.example",
                        "",
                        "amy@reader.example",
                        bounce);

        assertThat(results(reader, before))
                .contains("spf=pass smtp.helo=mail.plain.example", "dmarc=pass");
        assertThat(found)
                .contains("spf=pass smtp.helo=lists.example", "arc=pass", "dmarc=fail", "dis=none");
        assertThat(distrusted).contains("550 failed DMARC policy");
    }

    /** A forged word of a trusted forwarder is no word. */
    @Test
    void isForged() throws IOException {
        String message = new String(message("plain.example"), ISO_8859_1);
        String forged =
                "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=lists.example; s=s; b=AAAA\r\n"
                        + "ARC-Message-Signature: i=1; a=rsa-sha256; d=lists.example; s=s;"
                        + " h=from; bh=AAAA; b=AAAA\r\n"
                        + "ARC-Authentication-Results: i=1; lists.example; dmarc=pass\r\n"
                        + "Authentication-Results: mx.reader.example; dmarc=pass\r\n"
                        + message;
        try (SmtpDialogue session = requireNonNull(trusting).connect()) {
            session.hello();
            session.envelope("joe@plain.example", "amy@reader.example");
            SmtpReply reply = session.data(forged.getBytes(ISO_8859_1));
            assertThat(reply.code()).isEqualTo(550);
            assertThat(reply.text()).contains("failed DMARC policy");
        }
    }
}
