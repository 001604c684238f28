package org.qpsmtpd.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.mail.Address;

class UserConfigsTest {
    private final UserConfigs configs = new UserConfigs();

    private static Config made() {
        return new Config() {
            @Override
            public List<ConfigLine> lines(String name) {
                return List.of();
            }

            @Override
            public Optional<String> map(String name, String key) {
                return Optional.empty();
            }
        };
    }

    private Config of(String user) {
        return configs.of(new Address(user, "example.com"), UserConfigsTest::made);
    }

    @Test
    void keepsOneForEachAddress() {
        assertThat(configs.held()).isZero();

        assertThat(of("joe")).isSameAs(of("joe")).isNotSameAs(of("jane"));
        assertThat(configs.held()).isGreaterThan(2 * 1024).isLessThan(3 * 1024);
    }

    @Test
    void aClientWhoNamesManyAddressesKeepsFew() {
        for (int i = 0; i < 1000; i++) {
            Config unused = of("x".repeat(200) + i);
            assertThat(configs.held()).isLessThan(32 * 1024);
        }
    }
}
