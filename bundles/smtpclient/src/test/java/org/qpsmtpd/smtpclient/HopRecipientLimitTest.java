package org.qpsmtpd.smtpclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is learnt of how many recipients a next hop takes. */
final class HopRecipientLimitTest {
    private static List<HopReply> replies(String codes) {
        return Arrays.stream(codes.split(" ", -1))
                .map(
                        code ->
                                new HopReply(
                                        Integer.parseInt(code.substring(0, 3)),
                                        List.of(code.substring(Math.min(code.length(), 4)))))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "250 250,                             0",
        "250 250 452-4.5.3,                   2",
        "250 550 250 452-4.5.3 452-4.5.3,     2",
        "250 552-5.5.3 552-5.5.3,             1",
        "250 452 452,                         1",
        "452-4.5.3 452-4.5.3,                 0",
        "250 452-4.2.2,                       0",
        "250 452-4.3.1,                       0",
        "250 452-4.5.3 250,                   0",
        "250 452-4.5.3 550,                   0",
        "250 451-4.5.3,                       0",
        "250 552-5.2.2,                       0"
    })
    void isFoundInTheRepliesToRcpt(String codes, int most) {
        assertThat(HopRecipientLimit.in(replies(codes))).isEqualTo(most);
    }

    @Test
    void holdsForADay() {
        HopRecipientLimit limit = new HopRecipientLimit();
        long now = -5;
        assertThat(limit.most(now)).isEqualTo(Integer.MAX_VALUE);

        limit.learnt(100, now);

        assertThat(limit.most(now)).isEqualTo(100);
        assertThat(limit.most(now + TimeUnit.HOURS.toNanos(24))).isEqualTo(100);
        assertThat(limit.most(now + TimeUnit.HOURS.toNanos(25))).isEqualTo(Integer.MAX_VALUE);
    }
}
