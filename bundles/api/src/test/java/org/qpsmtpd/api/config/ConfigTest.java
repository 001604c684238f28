package org.qpsmtpd.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class ConfigTest {
    private List<ConfigLine> lines = List.of();
    private final Config config =
            new Config() {
                @Override
                public List<ConfigLine> lines(String name) {
                    return lines;
                }

                @Override
                public Optional<String> map(String name, String key) {
                    return Optional.empty();
                }
            };

    private void set(String... values) {
        List<ConfigLine> made = new ArrayList<>();
        for (String value : values) {
            made.add(new ConfigLine(value, "config/x", made.size() + 1));
        }
        lines = List.copyOf(made);
    }

    @ParameterizedTest
    @CsvSource({
        "1, true",
        "true, true",
        "YES, true",
        "On, true",
        "0, false",
        "no, false",
        "2, false"
    })
    void readsFlags(String text, boolean flag) {
        set(text);
        assertThat(config.flag("x")).isEqualTo(flag);
    }

    @Test
    void readsTheFirstValue() {
        assertThat(config.value("x")).isEmpty();
        assertThat(config.flag("x")).isFalse();
        assertThat(config.number("x", 7)).isEqualTo(7);

        set("5", "6");

        assertThat(config.value("x")).contains("5");
        assertThat(config.number("x", 7)).isEqualTo(5);
        set("five");
        assertThat(config.number("x", 7)).isEqualTo(7);
    }

    @Test
    void tellsThePlace() {
        assertThat(new ConfigLine("a", "config/x", 3).place()).isEqualTo("config/x:3");
        assertThat(new ConfigLine("a", "plugin", 0).place()).isEqualTo("plugin");
    }

    @Test
    void parsesAViewAgainOnlyAfterAChange() {
        List<Integer> parsed = new ArrayList<>();
        ConfigView<Integer> view =
                new ConfigView<>(
                        "x",
                        source -> {
                            parsed.add(source.size());
                            return source.size();
                        });
        set("a", "b");

        assertThat(view.in(config)).isEqualTo(2);
        assertThat(view.in(config)).isEqualTo(2);
        set("a", "b", "c");
        assertThat(view.in(config)).isEqualTo(3);
        assertThat(parsed).containsExactly(2, 3);
    }

    @Test
    void parsesEachOfAFewEqualListsOnce() {
        List<String> parsed = new ArrayList<>();
        ConfigView<String> view =
                new ConfigView<>(
                        "x",
                        source -> {
                            parsed.add(source.get(0).text());
                            return source.get(0).text();
                        });

        for (String user : List.of("a", "b", "a", "b")) {
            set(user);
            assertThat(view.in(config)).isEqualTo(user);
        }

        assertThat(parsed).containsExactly("a", "b");
    }
}
