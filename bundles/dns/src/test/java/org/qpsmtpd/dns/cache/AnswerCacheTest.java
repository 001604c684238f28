package org.qpsmtpd.dns.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.dns.message.Names;
import org.qpsmtpd.dns.message.Question;
import org.qpsmtpd.dns.message.Reply;

class AnswerCacheTest {
    private final AnswerCache cache = new AnswerCache(100_000, () -> 0);

    private static Question question(String name) {
        return new Question(Names.parse(name).orElseThrow(), DnsType.TXT);
    }

    private static Reply reply(String text) {
        return new Reply(new DnsAnswer<>(DnsAnswer.Status.FOUND, List.of(text)), 60, null);
    }

    @Test
    void isBoundedAndKeepsWhatIsOfUse() {
        cache.keep(question("used.example.org"), reply("text"), false);
        for (int i = 0; i < 5000; i++) {
            cache.keep(question("h" + i + ".example.org"), reply("text"), false);
            assertThat(cache.find(question("used.example.org"), false)).isNotNull();
        }
        assertThat(cache.octets()).isLessThanOrEqualTo(100_000);
        assertThat(cache.size()).isBetween(50, 400);
        assertThat(cache.find(question("h0.example.org"), false)).isNull();
    }

    @Test
    void keepsNothingThatIsLarge() {
        cache.keep(question("large.example.org"), reply("x".repeat(60_000)), false);
        assertThat(cache.size()).isZero();
        assertThat(cache.octets()).isZero();
    }

    @Test
    void countsBackWhatIsReplaced() {
        for (int i = 0; i < 100; i++) {
            cache.keep(question("a.example.org"), reply("text " + i), false);
            cache.keep(question("b.example.org"), Reply.FAILED, false);
        }
        assertThat(cache.size()).isEqualTo(2);
        assertThat(cache.octets()).isLessThan(2000);
        cache.clear();
        assertThat(cache.octets()).isZero();
    }
}
