package org.qpsmtpd.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;

@Timeout(60)
class SlowChecksTest {
    /** One that carries nothing along. */
    private static final Connection CONNECTION =
            (Connection)
                    Proxy.newProxyInstance(
                            Connection.class.getClassLoader(),
                            new Class<?>[] {Connection.class},
                            (proxy, method, arguments) -> arguments[0]);

    private static CompletableFuture<HookResult> answer(HookResult said) {
        return said.pending().orElseThrow().answer().toCompletableFuture();
    }

    @Test
    void answersLater() {
        try (SlowChecks checks = new SlowChecks("test", 1)) {
            assertThat(answer(checks.answer(CONNECTION, () -> HookResult.OK)).join())
                    .isEqualTo(HookResult.OK);
        }
    }

    @Test
    void defersWhatRunsWhatWaitsAndWhatIsTooMuchWhenItEnds() throws InterruptedException {
        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        SlowChecks checks = new SlowChecks("test", 1);
        List<CompletableFuture<HookResult>> answers = new ArrayList<>();
        for (int i = 0; i < 31; i++) {
            answers.add(
                    answer(
                            checks.answer(
                                    CONNECTION,
                                    () -> {
                                        runs.countDown();
                                        never.await();
                                        return HookResult.OK;
                                    })));
            runs.await();
        }
        HookResult tooMuch = checks.answer(CONNECTION, () -> HookResult.OK);
        assertThat(tooMuch.action()).isEqualTo(Action.DENYSOFT);

        checks.close();

        assertThat(answers)
                .allSatisfy(
                        answer -> assertThat(answer.join().action()).isEqualTo(Action.DENYSOFT));
        assertThat(checks.answer(CONNECTION, () -> HookResult.OK).action())
                .isEqualTo(Action.DENYSOFT);
    }
}
