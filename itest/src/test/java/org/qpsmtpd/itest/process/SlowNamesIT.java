package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.mailauth.dkim.DkimForm;
import org.qpsmtpd.mailauth.dkim.DkimSigning;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.MessageText;
import org.qpsmtpd.mailauth.signature.SigningKey;
import org.qpsmtpd.testkit.FakeNameServer;
import org.qpsmtpd.testkit.FakeNameServer.Query;

/**
 * A name server that is silent for a while: those whose mail is checked wait, and hold no thread.
 */
@Timeout(120)
class SlowNamesIT {
    private static final int CLIENTS = 20;
    private static final int IMMUNE = 9;

    private static SigningKey key(String domain) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return new SigningKey(domain, "s", Algorithm.RSA, generator.generateKeyPair().getPrivate());
    }

    private static byte[] signed(SigningKey key) {
        byte[] message =
                ("From: joe@" + key.domain() + "\r\nSubject: dinner\r\n\r\nHi.\r\n")
                        .getBytes(ISO_8859_1);
        MessageText text = new MessageText(message);
        DkimSigning signing = new DkimSigning(DkimForm.USUAL);
        signing.body(message, text.bodyStart(), message.length - text.bodyStart());
        String value = signing.sign(text.fields(), List.of(key), Instant.now()).get(0);
        return ("DKIM-Signature: " + value + "\r\n" + new String(message, ISO_8859_1))
                .getBytes(ISO_8859_1);
    }

    private static String domain(int number) {
        return "d" + number + ".example";
    }

    /** The labels of the name asked for stand in the message, in letters of either case. */
    private static boolean asksFor(Query query, String label) {
        return new String(query.message(), ISO_8859_1).toLowerCase(Locale.ROOT).contains(label);
    }

    private static FakeNameServer silentFor(String label) throws IOException {
        FakeNameServer names = FakeNameServer.start();
        for (int i = 0; i < CLIENTS; i++) {
            names.with(DnsType.TXT, domain(i), "v=spf1 ip4:127.0.0.0/8 -all")
                    .with(DnsType.TXT, "_dmarc." + domain(i), "v=DMARC1; p=reject");
        }
        return names.withScript(
                query -> asksFor(query, label) ? List.of() : List.of(names.answer(query)));
    }

    private static ServerUnderTest server(FakeNameServer names, Path folder) {
        return ServerUnderTest.builder()
                .file("dns_servers", names.address())
                .file("store", "file " + folder.resolve("store"))
                .file("relayclients", "127.0.0." + IMMUNE)
                .plugins(
                        "relay",
                        "sender_permitted_from reject 0",
                        "dkim",
                        "dmarc",
                        "rcpt_ok",
                        "queue/maildir MAIL")
                .options("--children", "1", "--idle-children", "1")
                .start();
    }

    private static SmtpDialogue visitor(ServerUnderTest server, int number) {
        SmtpDialogue session = server.connect();
        session.hello();
        session.send("MAIL FROM:<joe@" + domain(number) + ">");
        return session;
    }

    private static void othersAreServed(ServerUnderTest server) {
        try (SmtpDialogue session =
                SmtpDialogue.from(Loopback.v4(IMMUNE), Loopback.v4(1, server.port()))) {
            session.hello();
            session.envelope("ann@example.com", Mail.RECIPIENT);
            assertThat(session.data(Mail.message("meanwhile")).code()).isEqualTo(250);
        }
    }

    private static void awaitQuestions(FakeNameServer names, String name) {
        Eventually.get(
                "questions for all " + name,
                () ->
                        names.questions().stream()
                                .filter(asked -> asked.contains(name))
                                .distinct()
                                .count(),
                count -> count >= CLIENTS);
    }

    private static void allPass(ServerUnderTest server, int before) {
        assertThat(server.maildir().messages()).hasSize(before + CLIENTS);
        assertThat(server.maildir().messages().get(before).trace("Authentication-Results"))
                .contains("spf=pass", "dkim=pass", "dmarc=pass");
    }

    @Test
    void keysThatDoNotComeHoldNoThread(@TempDir Path folder) throws Exception {
        SigningKey key = key("d.example");
        try (FakeNameServer names = silentFor("_domainkey");
                ServerUnderTest server = server(names, folder)) {
            List<SmtpDialogue> waiting = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                SigningKey own =
                        new SigningKey(domain(i), key.selector(), key.algorithm(), key.key());
                names.with(DnsType.TXT, "s._domainkey." + domain(i), own.record());
                SmtpDialogue session = visitor(server, i);
                session.expect(250);
                session.send("RCPT TO:<" + Mail.RECIPIENT + ">").expect(250);
                session.send("DATA").expect(354);
                session.sendBytes(signed(own));
                session.sendText(".\r\n");
                waiting.add(session);
            }
            awaitQuestions(names, "_domainkey");

            othersAreServed(server);
            names.withoutScript();

            for (SmtpDialogue session : waiting) {
                session.expect(250);
                session.close();
            }
            allPass(server, 1);
        }
    }

    @Test
    void recordsOfSendersThatDoNotComeHoldNoThread(@TempDir Path folder) throws Exception {
        try (FakeNameServer names = silentFor("example");
                ServerUnderTest server = server(names, folder)) {
            List<SmtpDialogue> waiting =
                    IntStream.range(0, CLIENTS).mapToObj(i -> visitor(server, i)).toList();
            awaitQuestions(names, "TXT d");

            othersAreServed(server);
            names.withoutScript();

            for (SmtpDialogue session : waiting) {
                session.expect(250);
                session.close();
            }
        }
    }
}
