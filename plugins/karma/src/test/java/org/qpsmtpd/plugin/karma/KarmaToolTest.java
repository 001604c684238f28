package org.qpsmtpd.plugin.karma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeStore;

class KarmaToolTest {
    private static final long NOW = FakeClock.START.getEpochSecond();
    private static final long DAY = 86_400;

    private final FakeClock clock = new FakeClock();
    private final FakeStore store = new FakeStore(clock);
    private final FakeResolver resolver =
            new FakeResolver()
                    .with(DnsType.PTR, "1.2.0.192.in-addr.arpa", "mail.example.org")
                    .withOthers(DnsAnswer.Status.NO_NAME);
    private final KarmaTool tool = new KarmaTool(store, resolver, clock::now);
    private final StringWriter shown = new StringWriter();

    @BeforeEach
    void records() {
        set("3221225985", NOW + ":2:0:3");
        set("3221225986", "0:1:4:9:" + (NOW - 8 * DAY));
        set("3221225987", "0:0:7:9:" + (NOW - DAY));
        set("not an address", "0:0:7:9");
    }

    private void set(String key, String value) {
        store.set(key, value, Duration.ofDays(100)).toCompletableFuture().join();
    }

    private String get(String key) {
        return store.get(key).toCompletableFuture().join().orElse("none");
    }

    private boolean run(String... words) throws IOException, InterruptedException {
        PrintWriter out = new PrintWriter(shown);
        boolean done = tool.run(List.of(words), out);
        out.flush();
        return done;
    }

    @Test
    void listsAllWithTheirNames() throws Exception {
        assertThat(run("list")).isTrue();

        assertThat(shown.toString().lines())
                .hasSize(4)
                .anyMatch(line -> line.matches("192.0.2.1 +2\\S+ \\S+ +2 +0 +3 mail.example.org"))
                .anyMatch(line -> line.matches("192.0.2.2 +1 +4 +9 *"));
    }

    @ParameterizedTest
    @CsvSource({
        "naughty, 192.0.2.1 192.0.2.2",
        "nice, 192.0.2.2 192.0.2.3",
        "both, 192.0.2.2",
        "192.0.2.3, 192.0.2.3"
    })
    void searches(String what, String found) throws Exception {
        assertThat(run("search", what)).isTrue();

        assertThat(shown.toString().lines().skip(1).map(line -> line.split(" ", 2)[0]))
                .containsExactlyInAnyOrder(found.split(" "));
    }

    @Test
    void saysWhenNothingIsFound() throws Exception {
        assertThat(run("search", "192.0.2.77")).isFalse();
    }

    @Test
    void capturesAndReleases() throws Exception {
        assertThat(run("capture", "192.0.2.3")).isTrue();
        assertThat(get("3221225987")).isEqualTo(NOW + ":1:7:9:" + NOW);

        assertThat(run("release", "192.0.2.3")).isTrue();
        assertThat(get("3221225987")).isEqualTo("0:0:7:9:" + NOW);
    }

    @Test
    void capturesOneThatIsNotKnown() throws Exception {
        run("capture", "2001:db8::5");

        assertThat(run("search", "2001:db8::9")).isTrue();
        assertThat(shown.toString()).contains("2001:db8:0:0:0:0:0:0");
    }

    @Test
    void releasesNobodyWithoutARecord() throws Exception {
        assertThat(run("release", "192.0.2.77")).isFalse();
    }

    @Test
    void prunesWhoWasNotSeen() throws Exception {
        assertThat(run("prune")).isTrue();

        assertThat(shown.toString()).contains("pruned 2 records");
        assertThat(get("3221225986")).isEqualTo("none");
        assertThat(get("3221225985")).isNotEqualTo("none");

        clock.advance(Duration.ofDays(1));
        run("prune", "1");
        assertThat(get("3221225987")).isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "lst", "capture", "capture x", "prune x", "list all", "search a b"})
    void refusesWhatMakesNoSense(String words) {
        String[] split = words.isEmpty() ? new String[0] : words.split(" ");

        assertThatThrownBy(() -> run(split)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysThatTheStoreFails() {
        store.fail("cannot reach redis://127.0.0.1");

        assertThatThrownBy(() -> run("list"))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot reach redis://127.0.0.1");
    }
}
