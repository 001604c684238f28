package org.qpsmtpd.plugin.randomerror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class RandomErrorPluginTest {
    private static final NoteKey<Double> NOTE = new NoteKey<>("random_fail_%", Double.class);

    @Test
    void failsInEveryPhaseWhenEverythingFails() {
        assertThat(answers(plugin("100", new Random(1)), FakeConnection.create()))
                .hasSize(7)
                .allSatisfy(answer -> assertThat(answer.action().isTemporary()).isTrue())
                .allSatisfy(answer -> assertThat(answer.text()).isEqualTo("random failure"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0"})
    void neverFailsWhenSwitchedOff(String percentage) {
        RandomErrorPlugin plugin = plugin(percentage, () -> -1L);
        assertThat(answers(plugin, FakeConnection.create())).containsOnly(HookResult.DECLINED);
    }

    @Test
    void failsForThePercentageOfMessages() {
        RandomErrorPlugin plugin = plugin("30", new Random(42));
        int failed = 0;
        for (int message = 0; message < 10_000; message++) {
            FakeConnection connection = FakeConnection.create();
            List<HookResult> answers = answers(plugin, connection);
            answers.remove(1); // a client says HELO or EHLO
            failed += answers.stream().anyMatch(answer -> answer.action().refuses()) ? 1 : 0;
        }
        assertThat(failed).isCloseTo(3_000, within(150));
    }

    @Test
    void disconnectsInTwoOfFiveFailures() {
        RandomErrorPlugin plugin = plugin("100", new Random(42));
        int disconnections = 0;
        for (int i = 0; i < 10_000; i++) {
            Action action = plugin.onConnect(FakeConnection.create()).action();
            disconnections += action == Action.DENYSOFT_DISCONNECT ? 1 : 0;
        }
        assertThat(disconnections).isCloseTo(4_000, within(150));
    }

    @Test
    void repeatsItselfWithTheSameSeed() {
        List<HookResult> first = answers(plugin("50", new Random(7)), FakeConnection.create());
        List<HookResult> again = answers(plugin("50", new Random(7)), FakeConnection.create());
        assertThat(first).isEqualTo(again).contains(HookResult.DECLINED).hasSize(7);
        assertThat(first).anySatisfy(answer -> assertThat(answer.action().refuses()).isTrue());
    }

    @Test
    void asksTheNoteFirst() {
        FakeConnection connection = FakeConnection.create();
        connection.notes().put(NOTE, 100.0);
        assertThat(plugin("0", new Random(1)).onConnect(connection).action().refuses()).isTrue();
        connection.notes().put(NOTE, -1.0);
        assertThat(plugin("100", new Random(1)).onConnect(connection))
                .isEqualTo(HookResult.DECLINED);
    }

    @Test
    void failsForOnePerCentByDefault() {
        assertThat(Configs.config(RandomErrorConfig.class).percentage()).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"101", "often", "", "NaN"})
    void refusesWhatIsNoPercentage(String percentage) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin(percentage, new Random(1)))
                .withMessage(
                        "percentage '%s' is not a number up to 100, negative for none", percentage);
    }

    private static RandomErrorPlugin plugin(String percentage, RandomGenerator random) {
        return new RandomErrorPlugin(
                Configs.config(RandomErrorConfig.class, Map.of("percentage", percentage)), random);
    }

    private static List<HookResult> answers(RandomErrorPlugin plugin, FakeConnection connection) {
        FakeTransaction transaction = FakeTransaction.on(connection);
        List<HookResult> answers = new ArrayList<>();
        answers.add(plugin.onConnect(connection));
        answers.add(plugin.onHelo(connection, "client"));
        answers.add(plugin.onEhlo(connection, "client", new ArrayList<>()));
        answers.add(plugin.onMail(transaction, Address.NULL, Parameters.NONE));
        answers.add(plugin.onRcpt(transaction, FakeRecipient.of("user@example.com")));
        answers.add(plugin.onData(transaction));
        answers.add(plugin.onDataPost(transaction));
        return answers;
    }
}
