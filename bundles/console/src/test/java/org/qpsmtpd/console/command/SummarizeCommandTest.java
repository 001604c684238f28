package org.qpsmtpd.console.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.SessionRecord;

/** {@code summarize} and {@code watch}. */
@Timeout(30)
final class SummarizeCommandTest {
    private final Bench bench = new Bench();
    private final FakeServer server = bench.server;

    private static SessionRecord refused(String id, Decision... decisions) {
        return new SessionRecord(
                id,
                "192.0.2.9",
                "Unknown",
                1,
                List.of("plugins"),
                FakeServer.BEGIN,
                true,
                List.of(decisions),
                0,
                List.of());
    }

    private static Decision call(String plugin, String answer, String reason) {
        return new Decision("", "connect", plugin, "1", answer, "", reason, 1, 1);
    }

    private static Decision reply(String text) {
        return new Decision("", "", "", "", "reply", text, "", 1, 0);
    }

    @Test
    void showsEachMessageInALine() throws InterruptedException {
        server.records.add(
                refused("b.1", call("dnsbl", "DENY", "fail"), reply("550 listed\u001b[0m")));
        server.records.add(FakeServer.session("a.1"));
        assertThat(bench.run("summarize").lines().map(line -> line.replaceAll(" {2,}", "  ")))
                .containsExactly(
                        "BEGAN  ID  CLIENT  FROM  TO  PLUGINS  OUTCOME",
                        "2026-01-02 03:04:05  a.1.1  192.0.2.7  <joe@example.net>  -"
                                + "  -hosts_allow !rcpt_ok  550 5.7.1 Relaying denied",
                        "2026-01-02 03:04:05  a.1.2  192.0.2.7  <>  <amy@example.com> and 2 more"
                                + "  -hosts_allow +queue/maildir  250 2.0.0 Queued! 7",
                        "2026-01-02 03:04:05  b.1  192.0.2.9  -  -  !dnsbl  550 listed\\x1B[0m");
        assertThat(bench.array("summarize", "--json")).hasSize(3);
        assertThat(bench.array("summarize", "--json").get(2))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("results", Map.of("dnsbl", "REFUSED"));
    }

    @ParameterizedTest
    @CsvSource({
        "DECLINED, , -",
        "DECLINED, skip: no list, -",
        "DECLINED, pass: fine, +",
        "DECLINED, 'fail, tolerated: odd', .",
        "OK, , +",
        "DENYSOFT, , ~",
        "DENYSOFT_DISCONNECT, , ~",
        "DENY_DISCONNECT, , !",
        "quarantine, , !",
        "overdue, , ?"
    })
    void marksWhatAPluginCameTo(String answer, String reason, String mark)
            throws InterruptedException {
        server.records.add(refused("b.1", call("x", answer, reason == null ? "" : reason)));
        assertThat(bench.run("summarize")).contains("  " + mark + "x  ");
    }

    @Test
    void theWorstOfSeveralAnswersCounts() throws InterruptedException {
        server.records.add(
                refused(
                        "b.1",
                        call("x", "DECLINED", ""),
                        call("x", "DENY", ""),
                        call("x", "DECLINED", "pass: now")));
        assertThat(bench.run("summarize")).contains("  !x  ");
    }

    @Test
    void showsAPeriod() throws InterruptedException {
        server.records.add(FakeServer.session("a.1"));
        assertThat(bench.run("summarize", "79s")).isEqualTo("No session has ended then.\n");
        for (String period : List.of("80s", "2m", "1h", "1d")) {
            assertThat(bench.run("summarize", period)).contains("a.1.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0m", "10", "m", "1w", "1234567d"})
    void refusesWhatIsNoPeriod(String text) {
        CommandFailure failure = bench.failure("summarize", text);
        assertThat(failure.status()).isEqualTo(2);
        assertThat(failure).hasMessageContaining("'" + text + "' is no period");
    }

    private void awaitPrinted(String text) {
        while (!bench.printed.toString(StandardCharsets.UTF_8).contains(text)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void watchShowsWhatEndsUntilItIsInterrupted() throws Exception {
        server.records.add(FakeServer.session("a.1"));
        FutureTask<Throwable> run =
                new FutureTask<>(() -> catchThrowable(() -> bench.run("watch")));
        Thread thread = new Thread(run);
        thread.start();
        assertThat(server.looked.await(10, TimeUnit.SECONDS)).isTrue();
        server.records.add(0, refused("b.1", call("x", "DENY", ""), reply("550 no")));
        awaitPrinted("b.1");
        server.records.add(0, FakeServer.session("c.1"));
        awaitPrinted("c.1.2");
        server.records.clear();
        server.records.add(refused("d.1"));
        awaitPrinted("d.1");
        thread.interrupt();
        assertThat(run.get()).isInstanceOf(InterruptedException.class);
        assertThat(bench.takeText())
                .doesNotContain(" a.1")
                .contains("03:04:05.000 b.1 192.0.2.9 | !x | 550 no\n")
                .contains(
                        "03:04:05.000 c.1.2 192.0.2.7 <> <amy@example.com> and 2 more"
                                + " | -hosts_allow +queue/maildir | 250 2.0.0 Queued! 7\n")
                .contains("(sessions may be left out, more ended than the server keeps)\n")
                .contains("03:04:05.000 d.1 192.0.2.9 | - | -\n");
    }
}
