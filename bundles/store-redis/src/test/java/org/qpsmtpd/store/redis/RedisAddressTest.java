package org.qpsmtpd.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.store.redis.RedisAddress.Host;

/** The forms of an address. */
class RedisAddressTest {
    @Test
    void readsEachPart() {
        RedisAddress address =
                RedisAddress.parse("rediss://mail:a%40b%3A+c@[2001:db8::1]:7000/3?ca=/etc/ca.pem");
        assertThat(address.isEncrypted()).isTrue();
        assertThat(address.hosts()).containsExactly(new Host("2001:db8::1", 7000));
        assertThat(address.user()).isEqualTo("mail");
        assertThat(address.password()).isEqualTo("a@b:+c");
        assertThat(address.database()).isEqualTo(3);
        assertThat(address.authorities()).hasToString("/etc/ca.pem");
        assertThat(address).hasToString("rediss://[2001:db8::1]:7000/3");
    }

    @Test
    void hasDefaults() {
        RedisAddress address = RedisAddress.parse("redis://:secret@cache");
        assertThat(address.hosts()).containsExactly(new Host("cache", 6379));
        assertThat(address.user()).isEmpty();
        assertThat(address.password()).isEqualTo("secret");
        assertThat(address.database()).isZero();
    }

    @Test
    void readsSentinels() {
        RedisAddress address = RedisAddress.parse("redis+sentinel://a:1,b/mymaster/2");
        assertThat(address.hosts()).containsExactly(new Host("a", 1), new Host("b", 26379));
        assertThat(address.master()).isEqualTo("mymaster");
        assertThat(address.database()).isEqualTo(2);
    }

    @Test
    void tellsWhatIsWrongWithoutThePassword() {
        for (String wrong :
                List.of(
                        "redis://u:geheim@",
                        "redis://u:geheim@host:0",
                        "redis://u:geheim@host:99999",
                        "redis://u:geheim@a,b",
                        "redis://geheim@host",
                        "redis://u:geheim%@host",
                        "redis://u:geheim@host/db",
                        "redis://u:geheim@host/0?x=y",
                        "redis+sentinel://u:geheim@a,b",
                        "redis://u:geheim@ho st")) {
            assertThatThrownBy(() -> RedisAddress.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .message()
                    .doesNotContain("geheim");
        }
    }
}
