package org.qpsmtpd.plugin.dnsbl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.testkit.FakeConnection;

/** Which lists are believed. */
class ListTrustTest extends DnsblFixture {
    @Test
    void asksNoMoreForIpv6WhereAListHasNone() {
        FakeConnection client = FakeConnection.from("2001:db8::7");
        client.config().set("dnsbl_zones", ZONE);
        DnsblPlugin plugin = plugin();

        assertThat(connect(plugin, client))
                .isEqualTo(HookResult.pass("not listed, without answer: 1"));
        int asked = resolver.questions().size();
        connect(plugin, client);
        assertThat(resolver.questions()).hasSize(asked);
        lists("7.2.0.192." + ZONE, "127.0.0.2");
        assertThat(connect(plugin, connection).action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.255.255.254", "192.0.2.80"})
    void asksNoListForAnHourThatAnswersNonsense(String answer) {
        lists("7.2.0.192." + ZONE, answer, "127.0.0.2");
        DnsblPlugin plugin = plugin();

        assertThat(connect(plugin, connection).action()).isEqualTo(Action.DECLINED);
        lists("7.2.0.192." + ZONE, "127.0.0.2");
        assertThat(connect(plugin, connection).action()).isEqualTo(Action.DECLINED);
        assertThat(plugin.figures()).contains(Figure.gauge("bl_example_off", 1));
        connection.clock().advance(Duration.ofMinutes(60));
        assertThat(connect(plugin, connection).action()).isEqualTo(Action.DENY);
    }

    @Test
    void believesNoListThatListsAll() {
        zones(ZONE, "all.example");
        works("all.example");
        lists("1.0.0.127.all.example", "127.0.0.2");
        lists("7.2.0.192.all.example", "127.0.0.2");

        assertThat(connect()).isEqualTo(HookResult.pass("not listed, without answer: 1"));
    }

    @Test
    void believesNoListWithoutItsEntryUnlessTold() {
        zones("own.example");
        lists("7.2.0.192.own.example", "127.0.0.2");

        assertThat(connect().action()).isEqualTo(Action.DECLINED);
        assertThat(connect(plugin(Map.of(), Map.of("self_test", "no")), connection).action())
                .isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @CsvSource({
        "127.255.255.254, '', it answers 127.255.255.254",
        "127.255.255.254, 127.255.255.254, it answers 127.255.255.254",
        "127.0.0.2, 127.0.0.2, 'it lists what no list has (RFC 5782, 5)'"
    })
    void saysOnceWhyAListIsNotAsked(String listed, String unlisted, String why) {
        lists("2.0.0.127." + ZONE, listed);
        if (!unlisted.isEmpty()) {
            lists("1.0.0.127." + ZONE, unlisted);
        }
        List<String> said = new ArrayList<>();
        Logger logger = Logger.getLogger("org.qpsmtpd.api.dnslist.ListHealth");
        Handler handler = new Collector(said);
        logger.addHandler(handler);
        DnsblPlugin plugin = plugin();

        connect(plugin, connection);
        connect(plugin, connection);
        logger.removeHandler(handler);

        assertThat(said).containsExactly("bl.example is not asked for 60 minutes: " + why);
    }

    private static final class Collector extends Handler {
        private final List<String> said;

        Collector(List<String> said) {
            this.said = said;
        }

        @Override
        public void publish(LogRecord line) {
            said.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void believesAListWhoseTestDidNotAnswer() {
        resolver.with(DnsType.A, "2.0.0.127." + ZONE, Status.FAILED);
        lists("7.2.0.192." + ZONE, "127.0.0.2");

        assertThat(connect().action()).isEqualTo(Action.DENY);
    }

    @Test
    void testsAListOnceAnHour() {
        DnsblPlugin plugin = plugin();
        connect(plugin, connection);
        connect(plugin, connection);
        assertThat(resolver.questions()).filteredOn("A 1.0.0.127.bl.example"::equals).hasSize(1);

        connection.clock().advance(Duration.ofHours(1));
        connect(plugin, connection);
        assertThat(resolver.questions()).filteredOn("A 1.0.0.127.bl.example"::equals).hasSize(2);
    }

    @Test
    void believesNobodyWhileTheFirstTestRuns() {
        lists("1.0.0.127." + ZONE, "127.0.0.2").holding();
        lists("7.2.0.192." + ZONE, "127.0.0.2");
        DnsblPlugin plugin = plugin();

        var first = plugin.onConnect(connection).pending().orElseThrow().answer();
        var second = plugin.onConnect(connection).pending().orElseThrow().answer();
        assertThat(first.toCompletableFuture()).isNotDone();
        resolver.release();

        assertThat(first.toCompletableFuture().join().action()).isEqualTo(Action.DECLINED);
        assertThat(second.toCompletableFuture().join().action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void pausesAListThatIsGone() {
        resolver.with(DnsType.A, "7.2.0.192." + ZONE, Status.FAILED);
        DnsblPlugin plugin = plugin();
        for (int i = 0; i < 10; i++) {
            connect(plugin, connection);
        }
        int asked = resolver.questions().size();

        connect(plugin, connection);
        assertThat(resolver.questions()).hasSize(asked);
        connection.clock().advance(Duration.ofMinutes(1));
        connect(plugin, connection);
        assertThat(resolver.questions()).hasSizeGreaterThan(asked);
    }

    @Test
    void namesFiguresOfLongZonesByTheirEnd() {
        String zone = "a".repeat(60) + ".bl.example";
        zones(zone);
        DnsblPlugin plugin = plugin();
        connect(plugin, connection);

        assertThat(plugin.figures())
                .extracting(Figure::name)
                .allMatch(name -> name.matches("a+_bl_example_[a-z]+") && name.length() < 64);
    }

    @Test
    void countsForEachList() {
        lists("7.2.0.192." + ZONE, "127.0.0.2");
        DnsblPlugin plugin = plugin();
        assertThat(plugin.figures()).isEmpty();
        connect(plugin, connection);

        assertThat(plugin.figures())
                .containsExactly(
                        Figure.counter("bl_example_asked", 1),
                        Figure.counter("bl_example_hits", 1),
                        Figure.counter("bl_example_failed", 0),
                        Figure.gauge("bl_example_off", 0));
    }
}
