package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertQueued;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.message;
import static org.qpsmtpd.testkit.ScriptedHop.DROP;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.ScriptedHop;

/** Which of several next hops gets a message. */
final class SeveralHopsTest {
    @RegisterExtension final Forwarding forwarding = new Forwarding();

    private SmtpForwardPlugin plugin(String balance, ScriptedHop... hops) {
        List<String> places = List.of(hops).stream().map(hop -> "127.0.0.1:" + hop.port()).toList();
        return forwarding.plugin(Map.of("host", String.join(", ", places), "balance", balance));
    }

    @Test
    void theFirstGetsAll() throws Exception {
        ScriptedHop first = forwarding.hop();
        ScriptedHop second = forwarding.hop();
        SmtpForwardPlugin plugin = plugin("failover", first, second);

        for (int i = 0; i < 3; i++) {
            assertQueued(plugin.onQueue(message()));
        }

        assertThat(first.messages()).hasSize(3);
        assertThat(second.commands()).isEmpty();
    }

    @Test
    void eachGetsItsShare() throws Exception {
        ScriptedHop first = forwarding.hop();
        ScriptedHop second = forwarding.hop();
        SmtpForwardPlugin plugin = plugin("round_robin", first, second);

        for (int i = 0; i < 4; i++) {
            assertQueued(plugin.onQueue(message()));
        }

        assertThat(first.messages()).hasSize(2);
        assertThat(second.messages()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"greeting", "EHLO", "MAIL", "RCPT", "DATA"})
    void anotherGetsItWhenOneCannotBeUsed(String when) throws Exception {
        ScriptedHop first = forwarding.hop().answering(when, "421 4.3.2 going down" + DROP);
        ScriptedHop second = forwarding.hop();
        SmtpForwardPlugin plugin = plugin("failover", first, second);

        assertQueued(plugin.onQueue(message()));
        assertQueued(plugin.onQueue(message()));

        assertThat(first.messages()).isEmpty();
        assertThat(second.messages()).hasSize(2);
        // The one that failed is tried last for a while.
        assertThat(first.commands().stream().filter(line -> line.startsWith("EHLO")))
                .hasSizeLessThan(2);
    }

    @Test
    void allAreTriedBeforeAMessageIsDeferred() throws Exception {
        ScriptedHop first = forwarding.hop().answering("MAIL", "421 4.3.2 no" + DROP);
        ScriptedHop second = forwarding.hop().answering("MAIL", "421 4.3.2 not here either" + DROP);

        HookResult result = plugin("failover", first, second).onQueue(message());

        assertThat(result.code()).isEqualTo(451);
        assertThat(result.reason()).contains("127.0.0.1:" + second.port());
    }

    @Test
    void aRefusalIsAnAnswer() throws Exception {
        ScriptedHop first = forwarding.hop().answering("RCPT", "550 5.1.1 no such user");
        ScriptedHop second = forwarding.hop();

        HookResult result = plugin("failover", first, second).onQueue(message());

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(second.commands()).isEmpty();
    }

    /** It may have been taken. */
    @Test
    void nobodyElseGetsAMessageWhoseEndWasSent() throws Exception {
        ScriptedHop first = forwarding.hop().answering(".", DROP);
        ScriptedHop second = forwarding.hop();

        HookResult result = plugin("failover", first, second).onQueue(message());

        assertThat(result.code()).isEqualTo(451);
        assertThat(second.commands()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a.test,,b.test", "a.test,b.test:0", "a.test,b.test:70000", "a.test:25"})
    void refusesWhatIsNoHost(String hosts) {
        assertThatThrownBy(() -> forwarding.plugin(Map.of("host", hosts)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
