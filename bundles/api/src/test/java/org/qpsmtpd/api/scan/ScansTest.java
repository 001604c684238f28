package org.qpsmtpd.api.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

final class ScansTest {
    private final Scans deferring = Scans.of("Defer", "later");
    private final Scans skipping = Scans.of("skip", "later");

    private static HookResult answer(
            Scans scans, CompletableFuture<String> stage, Function<String, HookResult> function) {
        return scans.answer(stage, function)
                .pending()
                .orElseThrow()
                .answer()
                .toCompletableFuture()
                .join();
    }

    private static CompletableFuture<String> failed(Kind kind) {
        return CompletableFuture.failedFuture(new PeerFailure(kind, "it\r\nfailed"));
    }

    @Test
    void answersWhatTheScannerFound() {
        HookResult answer =
                answer(
                        deferring,
                        CompletableFuture.completedFuture("bad"),
                        found -> HookResult.deny("it is " + found));

        assertThat(answer).isEqualTo(HookResult.deny("it is bad"));
        assertThat(deferring.figures(List.of())).contains(Figure.counter("scanned", 1));
    }

    @ParameterizedTest
    @CsvSource({
        "LATE, not_scanned_late",
        "AWAY, not_scanned_away",
        "BUSY, not_scanned_away",
        "FAULT, not_scanned_error"
    })
    void saysAndCountsWhyItWasNotScanned(Kind kind, String counter) {
        assertThat(answer(deferring, failed(kind), found -> HookResult.OK))
                .isEqualTo(HookResult.denySoft("later").because("error: not scanned: it??failed"));
        assertThat(answer(skipping, failed(kind), found -> HookResult.OK))
                .isEqualTo(HookResult.DECLINED.because("error: not scanned: it??failed"));
        assertThat(deferring.figures(List.of()))
                .contains(Figure.counter(counter, 1), Figure.counter("scanned", 0));
    }

    @Test
    void takesAFaultThatTheAnswerShows() {
        HookResult answer =
                answer(
                        deferring,
                        CompletableFuture.completedFuture("?"),
                        found -> {
                            throw new PeerFailure(Kind.FAULT, "no answer: " + found);
                        });

        assertThat(answer.reason()).isEqualTo("error: not scanned: no answer: ?");
        assertThat(deferring.figures(List.of())).contains(Figure.counter("scanned", 0));
    }

    @Test
    void lengthIsNoReasonToDefer() {
        assertThat(deferring.tooLarge(11, 10))
                .isEqualTo(
                        HookResult.skip("not scanned: too large, 11 octets where the limit is 10"));
        assertThat(deferring.figures(List.of(Figure.gauge("more", 7))))
                .contains(Figure.counter("not_scanned_too_large", 1), Figure.gauge("more", 7));
    }

    @Test
    void knowsTwoWords() {
        assertThatThrownBy(() -> Scans.of("pass", "later"))
                .hasMessage("on_error 'pass' is not one of defer, skip");
    }
}
