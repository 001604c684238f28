package org.qpsmtpd.plugin.rcptmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class RcptMapPluginTest {
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final AtomicLong nanos = new AtomicLong();
    private final Path map;

    RcptMapPluginTest(@TempDir Path folder) {
        map = folder.resolve("map");
    }

    @BeforeEach
    void write() throws IOException {
        Files.writeString(
                map,
                """
                # address     code      text
                me@example.com          OK
                Foo@Example.com         DENY     Away for good
                busy@example.com\tDENYSOFT\tCome  again\r
                plain@example.com       DENY
                hard@example.com        DENYHARD go
                wrong@example.com       PERHAPS
                nothing@example.com
                """);
    }

    private RcptMapPlugin plugin(String... options) {
        Map<String, String> all =
                options.length == 0
                        ? Map.of("domain", "Example.com", "file", map.toString())
                        : Map.of(
                                "domain",
                                "example.com",
                                "file",
                                map.toString(),
                                "default",
                                options[0]);
        return new RcptMapPlugin(Configs.config(RcptMapConfig.class, all), nanos::get);
    }

    private static HookResult rcpt(RcptMapPlugin plugin, String recipient) {
        return plugin.onRcpt(FakeTransaction.create(), FakeRecipient.of(recipient));
    }

    @ParameterizedTest
    @CsvSource({
        "me@example.com, OK, ''",
        "ME@EXAMPLE.COM, OK, ''",
        "foo@example.com, DENY, Away for good",
        "busy@example.com, DENYSOFT, Come  again",
        "plain@example.com, DENY, No such user.",
        "hard@example.com, DENY_DISCONNECT, go",
        "wrong@example.com, DENY, No such user.",
        "nothing@example.com, DENY, No such user.",
        "other@example.com, DENY, No such user.",
        "me@example.org, DECLINED, ''"
    })
    void decidesByTheMap(String recipient, Action action, String text) {
        HookResult result = rcpt(plugin(), recipient);

        assertThat(result.action()).isEqualTo(action);
        assertThat(result.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "DECLINED, DECLINED, ''",
        "DENYSOFT, DENYSOFT, No such user.",
        "DENY=Not_here, DENY, Not here"
    })
    void othersGetTheDefault(String option, Action action, String text) {
        HookResult result = rcpt(plugin(option), "other@example.com");

        assertThat(result.action()).isEqualTo(action);
        assertThat(result.text()).isEqualTo(text);
    }

    @Test
    void readsAChangedFileAndKeepsWhatWasInAnEmptyOne() throws IOException {
        RcptMapPlugin plugin = plugin();
        Files.writeString(map, "new@example.com OK\n");
        awaitAction(plugin, "new@example.com", Action.OK);
        assertThat(rcpt(plugin, "me@example.com").action()).isEqualTo(Action.DENY);

        Files.writeString(map, "");
        nanos.addAndGet(2_000_000_000L);
        rcpt(plugin, "new@example.com");
        Files.delete(map);
        nanos.addAndGet(2_000_000_000L);

        assertThat(rcpt(plugin, "new@example.com").action()).isEqualTo(Action.OK);
    }

    private void awaitAction(RcptMapPlugin plugin, String recipient, Action action) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (rcpt(plugin, recipient).action() != action && System.nanoTime() < end) {
            nanos.addAndGet(2_000_000_000L);
            Thread.onSpinWait();
        }
        assertThat(rcpt(plugin, recipient).action()).isEqualTo(action);
    }

    @Test
    void needsADomainAndAFile() {
        assertThatThrownBy(() -> new RcptMapPlugin(Configs.config(RcptMapConfig.class)))
                .hasMessageStartingWith("options domain and file are needed");
        Map<String, String> away = Map.of("domain", "example.com", "file", map + ".away");
        assertThatThrownBy(() -> new RcptMapPlugin(Configs.config(RcptMapConfig.class, away)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> plugin("MAYBE"))
                .hasMessageStartingWith("'MAYBE' is not one of OK, DECLINED");
    }
}
