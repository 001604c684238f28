package org.qpsmtpd.brokers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.mail.Address;

final class KeyPatternTest {
    @ParameterizedTest
    @CsvSource({
        "mail,           amy,      example.com,  mail",
        "mail.%d,        amy,      EXAMPLE.com,  mail.example.com",
        "%l.%d,          A.M*y>,   example.com,  a_m_y_.example.com",
        "%%%l%%,         amy,      example.com,  %amy%",
        "%d,             amy,      [127.0.0.1],  _127.0.0.1_",
        "%d,             postmaster, '',         _",
        "x.%d,           amy,      .a..b.,       x._a._b",
        "%l,             a b,      example.com,  a_b"
    })
    void isWhatThePatternSays(String pattern, String user, String host, String key) {
        assertThat(KeyPattern.of("key", pattern).of(new Address(user, host))).isEqualTo(key);
    }

    @Test
    void knowsWhetherItIsFixed() {
        assertThat(KeyPattern.of("key", "a%%").isFixed()).isTrue();
        assertThat(KeyPattern.of("key", "a%%").fixed()).isEqualTo("a%");
        assertThat(KeyPattern.of("key", "a%d").isFixed()).isFalse();
    }

    @Test
    void isNeverLongerThanBrokersTake() {
        Address address = new Address("ü".repeat(300), "example.com");
        assertThat(KeyPattern.of("key", "%l").of(address).getBytes(UTF_8)).hasSize(254);
    }

    @ParameterizedTest
    @CsvSource({"%", "100%", "%x", "%D", "%d%"})
    void refusesOtherWords(String pattern) {
        assertThatThrownBy(() -> KeyPattern.of("subject", pattern))
                .hasMessage("subject '" + pattern + "' has a % that is none of %d, %l and %%");
    }
}
