package org.qpsmtpd.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.core.Stubs;

class HookedConfigTest {
    private final List<ConfigLine> file = List.of(new ConfigLine("1200", "config/timeout", 1));
    private final Config files =
            Stubs.of(Config.class, Map.of("lines", file, "map", Optional.of("mapped")));

    @Test
    void leavesToTheFilesWhatNoPluginAnswers() {
        Config config = new HookedConfig(name -> Optional.empty(), files);

        assertThat(config.lines("timeout")).isSameAs(file);
        assertThat(config.map("users", "joe")).contains("mapped");
    }

    @Test
    void takesAnAnswerEvenWhenItIsEmpty() {
        Config config =
                new HookedConfig(
                        name -> Optional.of(name.equals("none") ? List.of() : List.of("1000")),
                        files);

        assertThat(config.value("timeout")).contains("1000");
        assertThat(config.lines("none")).isEmpty();
    }

    @Test
    void givesTheSameListForTheSameAnswer() {
        List<List<String>> answers = List.of(List.of("a"), List.of("a"), List.of("b"));
        int[] asked = {0};
        Config config = new HookedConfig(name -> Optional.of(answers.get(asked[0]++)), files);

        List<ConfigLine> first = config.lines("x");

        assertThat(config.lines("x")).isSameAs(first);
        assertThat(config.lines("x")).isNotEqualTo(first);
    }

    @Test
    void givesAnAddressTheSameConfigurationAgain() {
        UserConfigs users = new UserConfigs();
        Address joe = Address.of("joe@example.org");
        Config first = users.of(joe, () -> new HookedConfig(name -> Optional.empty(), files));

        assertThat(users.of(joe, () -> files)).isSameAs(first);
        assertThat(users.of(Address.NULL, () -> files)).isSameAs(files);
    }
}
