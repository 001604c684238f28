package org.qpsmtpd.plugin.queue.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.plugin.queue.spool.Spooling.ON_THE_WIRE;
import static org.qpsmtpd.plugin.queue.spool.Spooling.await;
import static org.qpsmtpd.plugin.queue.spool.Spooling.awaitFigure;
import static org.qpsmtpd.plugin.queue.spool.Spooling.awaitMessages;
import static org.qpsmtpd.plugin.queue.spool.Spooling.figure;
import static org.qpsmtpd.plugin.queue.spool.Spooling.message;
import static org.qpsmtpd.plugin.queue.spool.Spooling.take;
import static org.qpsmtpd.testkit.ScriptedHop.DROP;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;

/** What becomes of messages. */
final class SpoolPluginTest {
    private static final Duration FIRST = Duration.ofMinutes(5);
    private static final String DOWN = "421 4.3.2 down" + DROP;

    @RegisterExtension final Spooling spooling = new Spooling();

    @Test
    void handsOnWhatItTook() throws Exception {
        ScriptedHop hop = spooling.hop("PIPELINING", "SIZE 1000000", "8BITMIME", "DSN");
        SpoolPlugin plugin = spooling.plugin(hop);
        FakeTransaction message =
                message("b@example.com")
                        .withParameter("RET", "HDRS")
                        .withParameter("ENVID", "x+2B");

        HookResult answer = plugin.onQueue(message);

        assertThat(answer.action()).isEqualTo(Action.OK);
        assertThat(answer.reason()).startsWith("pass: in the spool as ");
        awaitMessages(hop, 1);
        assertThat(hop.messages()).containsExactly(ON_THE_WIRE);
        assertThat(hop.commands())
                .startsWith(
                        "EHLO mx.example.com",
                        "MAIL FROM:<a@example.org> SIZE="
                                + (ON_THE_WIRE.length() - 1)
                                + " RET=HDRS ENVID=x+2B",
                        "RCPT TO:<b@example.com>");
        spooling.awaitEmpty();
        awaitFigure(plugin, "delivered", 1);
        await("nothing in memory", () -> figure(plugin, "messages") == 0);
    }

    /** All of them wait, one of them looks whether the next hop is back. */
    @Test
    void keepsMailWhileTheNextHopIsAway() throws Exception {
        ScriptedHop hop = spooling.hop().answering("greeting", DOWN, DOWN);
        SpoolPlugin plugin = spooling.plugin(hop);

        for (int i = 0; i < 20; i++) {
            take(plugin, message("b@example.com"));
            awaitFigure(plugin, "away", 1);
        }
        assertThat(hop.connections()).isEqualTo(1);
        assertThat(spooling.files()).hasSize(20);
        spooling.pass(plugin, Duration.ofSeconds(30));
        awaitFigure(plugin, "deferred", 2);
        assertThat(hop.connections()).isEqualTo(2);

        spooling.pass(plugin, Duration.ofSeconds(60));

        awaitMessages(hop, 20);
        spooling.awaitEmpty();
        assertThat(figure(plugin, "away")).isZero();
        assertThat(hop.messages()).hasSize(20);
    }

    @ParameterizedTest
    @CsvSource({
        "MAIL, 451 4.3.0 later",
        "RCPT, 450 4.2.0 later",
        "DATA, 451 4.3.0 later",
        "., 452 4.3.1 later",
        "MAIL, 421 4.3.2 going down<drop>",
        "RCPT, <drop>",
        "., <drop>",
        "RCPT, nonsense"
    })
    void triesAgainLater(String when, String answer) throws Exception {
        ScriptedHop hop = spooling.hop().answering(when, answer);
        SpoolPlugin plugin = spooling.plugin(hop);
        take(plugin, message("b@example.com"));
        awaitFigure(plugin, "deferred", 1);
        int before = hop.messages().size();
        assertThat(spooling.files()).hasSize(1);

        spooling.pass(plugin, FIRST);

        awaitMessages(hop, before + 1);
        spooling.awaitEmpty();
        assertThat(hop.messages().get(before)).isEqualTo(ON_THE_WIRE);
    }

    @Test
    void waitsLongerEachTime() throws Exception {
        String later = "450 4.2.0 later";
        ScriptedHop hop = spooling.hop().answering("RCPT", later, later, later);
        SpoolPlugin plugin = spooling.plugin(hop);
        take(plugin, message("b@example.com"));
        awaitFigure(plugin, "deferred", 1);

        spooling.pass(plugin, FIRST);
        awaitFigure(plugin, "deferred", 2);
        spooling.pass(plugin, FIRST);
        spooling.pass(plugin, FIRST);
        awaitFigure(plugin, "deferred", 3);
        // Now it waits 16 to 20 minutes.
        spooling.pass(plugin, FIRST.multipliedBy(3));
        take(plugin, message("other@example.com"));
        awaitMessages(hop, 1);
        assertThat(hop.commands()).filteredOn("RCPT TO:<b@example.com>"::equals).hasSize(3);
        spooling.pass(plugin, FIRST);

        awaitMessages(hop, 2);
        spooling.awaitEmpty();
    }

    /** It has said that it has it, whatever it does then. */
    @Test
    void doesNotSendTwiceWhatWasTaken() throws Exception {
        ScriptedHop hop = spooling.hop().answering(".", "250 2.0.0 Ok" + DROP);
        SpoolPlugin plugin = spooling.plugin(hop);

        take(plugin, message("b@example.com"));
        awaitMessages(hop, 1);
        spooling.awaitEmpty();
        take(plugin, message("c@example.com"));
        awaitMessages(hop, 2);
        spooling.awaitEmpty();

        assertThat(hop.messages()).hasSize(2);
        assertThat(hop.commands())
                .filteredOn(line -> line.startsWith("RCPT"))
                .containsExactly("RCPT TO:<b@example.com>", "RCPT TO:<c@example.com>");
    }

    @Test
    void triesOnlyThoseAgainWhoWereNotTaken() throws Exception {
        ScriptedHop hop = spooling.hop().answering("RCPT", "250 ok", "450 4.2.0 later", "250 ok");
        SpoolPlugin plugin = spooling.plugin(hop);
        take(plugin, message("b@example.com", "c@example.com", "d@example.com"));
        awaitFigure(plugin, "deferred", 1);
        await("its progress", () -> spooling.files("cur").size() == 1);

        spooling.pass(plugin, FIRST);

        awaitMessages(hop, 2);
        spooling.awaitEmpty();
        await("no progress left", () -> spooling.files("cur").isEmpty());
        assertThat(hop.commands())
                .filteredOn(line -> line.startsWith("RCPT"))
                .containsExactly(
                        "RCPT TO:<b@example.com>",
                        "RCPT TO:<c@example.com>",
                        "RCPT TO:<d@example.com>",
                        "RCPT TO:<c@example.com>");
    }

    @Test
    void sharesOutWhatIsTooManyAtOnce() throws Exception {
        ScriptedHop hop = spooling.hop("LIMITS RCPTMAX=2");
        SpoolPlugin plugin = spooling.plugin(hop);
        take(plugin, message("z@example.com"));
        awaitMessages(hop, 1);

        take(plugin, message("b@example.com", "c@example.com", "d@example.com"));

        awaitMessages(hop, 3);
        spooling.awaitEmpty();
        assertThat(figure(plugin, "deferred")).isZero();
    }

    @Test
    void anAnswerForEachOfLmtp() throws Exception {
        ScriptedHop hop = spooling.hop().answering(".", "250 ok\r\n450 4.2.2 full", "250 ok");
        SpoolPlugin plugin = spooling.plugin(hop, "protocol", "lmtp");
        take(plugin, message("b@example.com", "c@example.com"));
        awaitFigure(plugin, "deferred", 1);

        spooling.pass(plugin, FIRST);

        awaitMessages(hop, 2);
        spooling.awaitEmpty();
        assertThat(hop.commands()).startsWith("LHLO mx.example.com");
        assertThat(hop.commands()).endsWith("RCPT TO:<c@example.com>", "DATA");
    }

    @Test
    void theMoreUrgentGoesFirst() throws Exception {
        ScriptedHop hop = spooling.hop().answering("greeting", DOWN);
        SpoolPlugin plugin = spooling.plugin(hop, "concurrency", "1");
        take(plugin, message("first@example.com"));
        awaitFigure(plugin, "away", 1);
        spooling.clock.advance(Duration.ofSeconds(1));
        take(plugin, message("second@example.com"));
        take(plugin, message("low@example.com").withParameter("MT-PRIORITY", "-3"));
        take(plugin, message("high@example.com").withParameter("MT-PRIORITY", "4"));

        spooling.pass(plugin, Duration.ofSeconds(60));

        awaitMessages(hop, 4);
        assertThat(hop.commands())
                .filteredOn(line -> line.startsWith("RCPT"))
                .containsExactly(
                        "RCPT TO:<high@example.com>",
                        "RCPT TO:<first@example.com>",
                        "RCPT TO:<second@example.com>",
                        "RCPT TO:<low@example.com>");
    }

    @Test
    void tellsTheNextHopWhoTheClientWas() throws Exception {
        ScriptedHop hop = spooling.hop("XCLIENT NAME ADDR HELO");
        FakeTransaction message = message("b@example.com");
        message.connection().withRemoteHost("mail.example.org");

        take(spooling.plugin(hop, "flags", "xclient"), message);

        awaitMessages(hop, 1);
        assertThat(hop.commands())
                .contains("XCLIENT NAME=mail.example.org ADDR=192.0.2.1 HELO=client.example.org");
    }

    @Test
    void keepsEveryOctet() throws Exception {
        ScriptedHop hop = spooling.hop("8BITMIME");
        StringBuilder text = new StringBuilder("Subject: x\r\n\r\n");
        for (int octet = 0; octet < 256; octet++) {
            if (octet != '\r' && octet != '\n') {
                text.append((char) octet);
            }
        }
        String octets = text.append("\r\n".repeat(3)).append("no end").toString();
        byte[] message = octets.getBytes(StandardCharsets.ISO_8859_1);

        take(spooling.plugin(hop), message("b@example.com").withMessage(message));

        awaitMessages(hop, 1);
        assertThat(hop.messages()).containsExactly(octets + "\r\n");
        assertThat(hop.commands()).contains("MAIL FROM:<a@example.org> BODY=8BITMIME");
    }

    @Test
    void promisesWhatItKeeps() {
        Path nowhere = Path.of("x");

        assertThat(new SpoolPlugin(Spooling.config(25), new TestHome(nowhere)).honours())
                .containsExactlyInAnyOrder(
                        QueueExtension.DSN, QueueExtension.DELIVERBY, QueueExtension.MT_PRIORITY);
        assertThat(
                        new SpoolPlugin(Spooling.config(25, "tls", "verify"), new TestHome(nowhere))
                                .honours())
                .containsExactlyInAnyOrder(QueueExtension.values());
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void defersWhatThereIsNoRoomFor() throws Exception {
        ScriptedHop hop = spooling.hop().answering("greeting", DOWN);
        SpoolPlugin plugin = spooling.plugin(hop, "max_messages", "1");
        take(plugin, message("b@example.com"));

        HookResult answer = plugin.onQueue(message("c@example.com"));

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.code()).isEqualTo(452);
        assertThat(answer.text()).isEqualTo("Too much mail waits here (#4.3.1)");
        assertThat(spooling.files()).hasSize(1);
    }

    @Test
    void defersWhatIsTooLargeForTheRoom() throws Exception {
        ScriptedHop hop = spooling.hop();
        SpoolPlugin plugin = spooling.plugin(hop, "max_size", "1");

        HookResult answer =
                plugin.onQueue(
                        message("b@example.com").withMessage("A: b\n\n" + "x\n".repeat(600_000)));

        assertThat(answer.code()).isEqualTo(452);
        assertThat(hop.connections()).isZero();
    }

    @Test
    void putsAsideWhatItCannotRead() throws Exception {
        ScriptedHop hop = spooling.hop().answering("greeting", DOWN);
        SpoolPlugin first = spooling.plugin(hop);
        take(first, message("b@example.com"));
        awaitFigure(first, "away", 1);
        take(first, message("c@example.com"));
        first.close();
        Path damaged = fileFor("b example.com");
        Files.writeString(damaged, Files.readString(damaged).replace("qpsmtpd-spool-end", "qpsm"));
        Files.writeString(spooling.root().resolve("new/stranger"), "not a message\n");

        SpoolPlugin second = spooling.plugin(hop);

        awaitMessages(hop, 1);
        spooling.awaitEmpty();
        assertThat(hop.commands()).contains("RCPT TO:<c@example.com>");
        assertThat(spooling.files("bad"))
                .extracting(file -> String.valueOf(file.getFileName()))
                .containsExactlyInAnyOrder(String.valueOf(damaged.getFileName()), "stranger");
        await("nothing in memory", () -> figure(second, "messages") == 0);
    }

    private Path fileFor(String recipient) throws IOException {
        for (Path file : spooling.files()) {
            if (Files.readString(file).contains("to " + recipient + "\n")) {
                return file;
            }
        }
        throw new AssertionError("no file for " + recipient);
    }

    @Test
    void goesOnWhereItWasAfterARestart() throws Exception {
        ScriptedHop hop = spooling.hop().answering("RCPT", "250 ok", "450 4.2.0 later");
        SpoolPlugin first = spooling.plugin(hop);
        take(first, message("b@example.com", "c@example.com"));
        await("its progress", () -> spooling.files("cur").size() == 1);
        first.close();

        SpoolPlugin second = spooling.plugin(hop);
        spooling.pass(second, FIRST);

        awaitMessages(hop, 2);
        spooling.awaitEmpty();
        assertThat(hop.commands()).endsWith("RCPT TO:<c@example.com>", "DATA");
    }

    /** The old one takes mail of its last sessions while the new one hands on. */
    @Test
    void theNewInstanceHandsOnWhatTheOldOneTakes() throws Exception {
        ScriptedHop oldHop = spooling.hop();
        ScriptedHop newHop = spooling.hop();
        SpoolPlugin old = spooling.plugin(oldHop);
        take(old, message("b@example.com"));
        awaitMessages(oldHop, 1);

        SpoolPlugin fresh = spooling.plugin(newHop);
        take(fresh, message("c@example.com"));
        awaitMessages(newHop, 1);
        take(old, message("d@example.com"));
        awaitMessages(newHop, 2);
        spooling.awaitEmpty();
        old.close();
        take(fresh, message("e@example.com"));
        awaitMessages(newHop, 3);

        assertThat(oldHop.messages()).hasSize(1);
        assertThat(newHop.messages()).hasSize(3);
    }

    /** Nobody hands a message on that another instance has on its way. */
    @Test
    void theNewInstanceWaitsForWhatIsOnItsWay() throws Exception {
        ScriptedHop oldHop = spooling.hop().answering(".", ScriptedHop.SILENT);
        ScriptedHop newHop = spooling.hop();
        SpoolPlugin old = spooling.plugin(oldHop, "maxSeconds", "3");
        take(old, message("b@example.com"));
        awaitMessages(oldHop, 1);

        SpoolPlugin fresh = spooling.plugin(newHop);
        take(fresh, message("c@example.com"));
        assertThat(newHop.messages()).isEmpty();
        awaitFigure(old, "deferred", 1);

        awaitMessages(newHop, 1);
        spooling.pass(fresh, FIRST);
        awaitMessages(newHop, 2);
        spooling.awaitEmpty();
    }

    /** A last session may come later than the end of its plugin. */
    @Test
    void theNextInstanceHandsOnWhatCameTooLate() throws Exception {
        ScriptedHop hop = spooling.hop();
        SpoolPlugin plugin = spooling.plugin(hop);
        plugin.close();

        take(plugin, message("b@example.com"));
        assertThat(spooling.files()).hasSize(1);
        spooling.plugin(hop);

        awaitMessages(hop, 1);
        spooling.awaitEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "host, '', host is missing",
        "host, a:25, has a colon",
        "flags, foo, flag 'foo' is not xclient",
        "protocol, uucp, protocol 'uucp' is not one of smtp",
        "balance, any, balance 'any' is not one of",
        "tls, some, tls 'some' is not one of",
        "longest_retry, 10, longest_retry 10 is shorter than first_retry 300"
    })
    void refusesWrongSettings(String key, String value, String fault) {
        assertThatThrownBy(
                        () ->
                                new SpoolPlugin(
                                        Spooling.config(25, key, value),
                                        new TestHome(Path.of("x"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(fault);
    }

    @Test
    void theDefaultsAreThoseOfTheReadme() {
        SpoolConfig config = Configs.config(SpoolConfig.class, Map.of());

        assertThat(List.of(config.first__retry(), config.longest__retry(), config.give__up()))
                .containsExactly(300, 3600, 432_000);
        assertThat(List.of(config.warn__after(), config.concurrency(), config.max__messages()))
                .containsExactly(14_400, 8, 100_000);
        assertThat(config.max__size()).isEqualTo(10_240);
        assertThat(config.port()).isZero();
    }
}
