package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.config.ConfigLine;

class FakeConfigTest {
    @interface Settings {
        String reject__type() default "soft";

        int timeout_seconds() default 30;

        boolean flag() default false;

        String[] hosts() default {};
    }

    @Test
    void countsLinesThatHoldNoValue() {
        FakeConfig config = new FakeConfig().set("rcpthosts", "# ours", "", " example.com ");

        assertThat(config.lines("rcpthosts"))
                .containsExactly(new ConfigLine("example.com", "config/rcpthosts", 3));
    }

    @Test
    void givesTheSameListUntilTheFileChanges() {
        FakeConfig config = new FakeConfig().set("me", "a");
        List<ConfigLine> first = config.lines("me");
        assertThat(config.lines("me")).isSameAs(first);

        config.set("me", "a");

        assertThat(config.lines("me")).isEqualTo(first).isNotSameAs(first);
    }

    @Test
    void knowsNothingOfOtherNames() {
        FakeConfig config = new FakeConfig().set("me", "a").setMap("hosts", "k", "v").delete("me");

        assertThat(config.lines("me")).isEmpty();
        assertThat(config.map("me", "k")).isEmpty();
        assertThat(config.map("hosts", "k")).contains("v");
        assertThat(config.map("hosts", "x")).isEmpty();
    }

    @Test
    void settingsHaveTheirDefaults() {
        Settings settings = Configs.config(Settings.class);

        assertThat(settings.reject__type()).isEqualTo("soft");
        assertThat(settings.timeout_seconds()).isEqualTo(30);
        assertThat(settings.flag()).isFalse();
        assertThat(settings.hosts()).isEmpty();
    }

    @Test
    void settingsAreConverted() {
        Map<String, Object> values =
                Map.of(
                        "reject_type", "perm",
                        "timeout.seconds", "5",
                        "flag", "true",
                        "hosts", new String[] {"a", "b"});

        Settings settings = Configs.config(Settings.class, values);

        assertThat(settings.reject__type()).isEqualTo("perm");
        assertThat(settings.timeout_seconds()).isEqualTo(5);
        assertThat(settings.flag()).isTrue();
        assertThat(settings.hosts()).containsExactly("a", "b");
    }

    @Test
    void settingsRefuseUnknownKeys() {
        assertThatThrownBy(() -> Configs.config(Settings.class, Map.of("reject.type", "perm")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reject_type");
    }
}
