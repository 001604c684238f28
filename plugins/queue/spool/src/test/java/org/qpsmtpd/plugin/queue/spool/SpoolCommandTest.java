package org.qpsmtpd.plugin.queue.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.plugin.queue.spool.Spooling.awaitFigure;
import static org.qpsmtpd.plugin.queue.spool.Spooling.awaitMessages;
import static org.qpsmtpd.plugin.queue.spool.Spooling.figure;
import static org.qpsmtpd.plugin.queue.spool.Spooling.message;
import static org.qpsmtpd.plugin.queue.spool.Spooling.take;
import static org.qpsmtpd.testkit.ScriptedHop.DROP;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.testkit.FakeConsole;
import org.qpsmtpd.testkit.ScriptedHop;

/** What an administrator can ask for. */
final class SpoolCommandTest {
    @RegisterExtension final Spooling spooling = new Spooling();

    private ScriptedHop hop;
    private SpoolPlugin plugin;

    @BeforeEach
    void start() throws Exception {
        hop = spooling.hop().answering("greeting", "421 4.3.2 down" + DROP);
        plugin = spooling.plugin(hop);
        take(plugin, message("b@example.com", "c@example.com"));
        awaitFigure(plugin, "away", 1);
    }

    private String id() {
        return String.valueOf(spooling.files().get(0).getFileName());
    }

    private FakeConsole.Answer run(String... words) throws Exception {
        return FakeConsole.run(plugin, words);
    }

    @Test
    void listsWhatWaits() throws Exception {
        assertThat(run("list").text())
                .startsWith("The next hop is away: 127.0.0.1:" + hop.port() + ": 4.4.2 ")
                .contains(id() + "  2026-01-01T00:00:00Z  ")
                .contains("<a@example.org> -> <b@example.com>, <c@example.com>\n");
        assertThat(run("list", "--long").text()).contains("    <b@example.com>  waiting\n");
    }

    @Test
    void showsAMessage() throws Exception {
        assertThat(run("show", id()).text())
                .contains("sender a example.org\n", "to b example.com\n", "Subject: test\n");
        assertThat(run("show", "../lock").done()).isFalse();
        assertThat(run("show", "nothing").done()).isFalse();
    }

    @Test
    void triesAllNow() throws Exception {
        assertThat(run("flush").text()).isEqualTo("1 messages are tried now\n");
        awaitMessages(hop, 1);
        spooling.awaitEmpty();
    }

    @Test
    void triesOneNow() throws Exception {
        assertThat(run("flush", id()).done()).isTrue();
        awaitMessages(hop, 1);
        assertThat(run("flush", "nothing").done()).isFalse();
    }

    @Test
    void deletesWithoutAWord() throws Exception {
        assertThat(run("delete", id()).done()).isTrue();
        assertThat(spooling.files()).isEmpty();
        assertThat(figure(plugin, "messages")).isZero();
    }

    @Test
    void givesAMessageBack() throws Exception {
        assertThat(run("bounce", id()).done()).isTrue();
        spooling.pass(plugin, Duration.ofMinutes(5));

        awaitMessages(hop, 1);
        spooling.awaitEmpty();
        assertThat(hop.messages().get(0))
                .contains("Action: failed\r\nStatus: 5.0.0\r\n", "returned by the administrator");
    }

    @Test
    void holdsAMessageAndLetsItGo() throws Exception {
        String held = id();
        assertThat(run("hold", held).done()).isTrue();
        take(plugin, message("d@example.com"));
        assertThat(run("flush").done()).isTrue();
        awaitMessages(hop, 1);
        spooling.pass(plugin, Duration.ofDays(30));
        assertThat(run("list").text()).contains(held).contains("  held  ");
        plugin.close();
        plugin = spooling.plugin(hop);
        awaitFigure(plugin, "messages", 1);
        assertThat(hop.messages()).hasSize(1);

        assertThat(run("release", held).done()).isTrue();

        awaitMessages(hop, 2);
        spooling.awaitEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "list x", "show", "delete", "burn x", "flush a b"})
    void saysWhatItDoesNotUnderstand(String words) {
        assertThatThrownBy(() -> run(words.split(" ")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
