package org.qpsmtpd.plugin.queue.smtpproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.testkit.ScriptedHop.DROP;
import static org.qpsmtpd.testkit.ScriptedHop.SILENT;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.testkit.ScriptedHop;
import org.qpsmtpd.testkit.SmtpClient;

/** Next hops that do what they should not: the client reads 451, and nothing is lost or doubled. */
@Timeout(120)
final class BadNextHopTest {
    private static final String MAIL = "MAIL FROM:<a@example.org>";
    private static final String RCPT = "RCPT TO:<c@example.com>";
    private static final String TEXT = "Subject: test\n\nHello\n";

    @RegisterExtension final Bridged bridged = new Bridged();

    /** The reply to the first command that is not taken, or to the message. */
    private static String last(SmtpClient client) throws IOException {
        for (String command : new String[] {MAIL, RCPT}) {
            var reply = client.send(command);
            if (reply.code() != 250) {
                return reply.toString();
            }
        }
        return client.data(TEXT).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"greeting", "EHLO", "MAIL", "RCPT", "DATA", "."})
    void waitsForNoStepForEver(String step) throws Exception {
        ScriptedHop hop = bridged.hop().answering(step, SILENT, SILENT);
        SmtpClient client = bridged.client(hop, "timeoutSeconds", "1", "maxSeconds", "2");

        // In the time that is left after DATA another connection may not come about.
        assertThat(last(client)).startsWith("451 4.4.1 Unable to queue message (");
    }

    @ParameterizedTest
    @ValueSource(strings = {"greeting", "EHLO", "MAIL", "RCPT", "DATA", "."})
    void defersWhenTheAnswerIsNone(String step) throws Exception {
        ScriptedHop hop = bridged.hop().answering(step, "\u0000\u00ff nonsense", "99 x");

        assertThat(last(bridged.client(hop)))
                .isEqualTo(
                        "451 4.3.0 Unable to queue message (the reply of the next hop is malformed)"
                                + " (#4.3.0)");
        assertThat(hop.messages()).hasSizeLessThan(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"greeting", "EHLO", "MAIL", "RCPT", "."})
    void readsNoReplyWithoutEnd(String step) throws Exception {
        String endless = "250-2.0.0 and more\r\n".repeat(5000) + DROP;
        ScriptedHop hop = bridged.hop().answering(step, endless, endless);

        assertThat(last(bridged.client(hop)))
                .isEqualTo(
                        "451 4.3.0 Unable to queue message (the reply of the next hop has too many"
                                + " lines) (#4.3.0)");
    }

    @ParameterizedTest
    @CsvSource({"MAIL, 2", "RCPT, 1"})
    void defersWhenTheNextHopGoesAtOnce(String step, int most) throws Exception {
        ScriptedHop hop = bridged.hop().answering(step, DROP, DROP);

        assertThat(last(bridged.client(hop)))
                .isEqualTo(
                        "451 4.4.2 Unable to queue message (the connection to the next hop was"
                                + " lost) (#4.4.2)");
        assertThat(hop.connections()).isLessThanOrEqualTo(most);
        assertThat(hop.messages()).isEmpty();
    }

    @Test
    void takesNoReplyThatWasNotAskedFor() throws Exception {
        ScriptedHop hop = bridged.hop().answering("MAIL", "250 2.1.0 Ok\r\n250 2.1.5 and more");
        SmtpClient client = bridged.client(hop);

        client.send(MAIL);
        assertThat(client.send(RCPT).code()).isEqualTo(250);

        // What came too early belongs to nothing, so another connection is used.
        assertThat(hop.connections()).isEqualTo(2);
        assertThat(client.data(TEXT).code()).isEqualTo(250);
        assertThat(hop.messages()).hasSize(1);
    }

    @Test
    void readsRepliesThatComeOctetByOctet() throws Exception {
        try (SlowHop hop = new SlowHop()) {
            SmtpClient client = bridged.client(bridged.hop(), "port", hop.port());

            assertThat(last(client)).isEqualTo("250 2.0.0 kept");
        }
    }

    @Test
    void usesDataWhereChunkingIsOfferedButNotKnown() throws Exception {
        ScriptedHop hop = bridged.hop("CHUNKING").answering("BDAT", "500 5.5.1 what?");
        SmtpClient client = bridged.client(hop);

        assertThat(last(client)).isEqualTo("250 2.0.0 Ok: queued as Q1");
        assertThat(hop.connections()).isEqualTo(2);
        // The first field, which is no command, is all that could be taken for one.
        assertThat(hop.commands().toString()).doesNotContain("Subject", "Hello");
        assertThat(last(client)).isEqualTo("250 2.0.0 Ok: queued as Q2");
        assertThat(hop.commands()).filteredOn(line -> line.startsWith("BDAT")).hasSize(1);
    }

    @Test
    void goesOnWithoutWhatWasWronglyOffered() throws Exception {
        ScriptedHop hop = bridged.hop("8BITMIME").answering("MAIL", "555 5.5.4 BODY is not known");
        SmtpClient client = bridged.client(hop);

        assertThat(client.send(MAIL + " BODY=8BITMIME").toString())
                .isEqualTo("555 5.5.4 BODY is not known (#5.5.4)");
        assertThat(client.send(MAIL).code()).isEqualTo(250);
    }

    @Test
    void keepsTheAnswerOfANextHopThatHangsUpAfterIt() throws Exception {
        ScriptedHop hop = bridged.hop().answering(".", "250 2.0.0 kept" + DROP);
        SmtpClient client = bridged.client(hop);

        assertThat(last(client)).isEqualTo("250 2.0.0 kept");
        assertThat(last(client)).isEqualTo("250 2.0.0 Ok: queued as Q2");
        assertThat(hop.connections()).isEqualTo(2);
    }

    @Test
    void doesNotTakeARequestForTlsForAnAnswerToTheMail() throws Exception {
        ScriptedHop hop = bridged.hop().answering("MAIL", "530 5.7.0 STARTTLS first");

        assertThat(last(bridged.client(hop)))
                .startsWith("451 4.3.0 Unable to queue message (unexpected answer");
    }

    @Test
    void defersWhileNobodyIsThere() throws Exception {
        ScriptedHop hop = bridged.hop();
        SmtpClient client = bridged.client(hop);
        hop.close();

        assertThat(last(client))
                .isEqualTo(
                        "451 4.4.1 Unable to queue message (cannot connect to the next hop)"
                                + " (#4.4.1)");
    }
}
