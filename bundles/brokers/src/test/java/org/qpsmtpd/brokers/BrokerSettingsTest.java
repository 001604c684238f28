package org.qpsmtpd.brokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.testkit.Configs;

final class BrokerSettingsTest {
    @TempDir private Path folder = Path.of("");

    private static BrokerSettings settings(Map<String, Object> options) {
        return BrokerSettings.of(
                BrokerSettings.servers("mq.example.org,[::1]:99", 1),
                KeyPattern.of("key", ""),
                1000,
                Configs.config(BrokerOptions.class, options));
    }

    @Test
    void hasTheDefaultsOfTheReadme() {
        BrokerSettings settings = settings(Map.of());
        assertThat(settings.servers()).hasToString("[mq.example.org:1, [::1]:99]");
        assertThat(settings.isPerRecipient()).isFalse();
        assertThat(settings.declinesLarger()).isFalse();
        assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.mostMessages()).isEqualTo(1000);
        assertThat(settings.mostOctets()).isEqualTo(64 * 1024 * 1024);
        assertThat(settings.user()).isEmpty();
        assertThat(settings.password()).isEmpty();
        assertThat(settings.sslContext()).isEmpty();
    }

    @Test
    void readsThePasswordAndDoesNotShowIt() throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), "s3cret\nmore\n");
        BrokerSettings settings = settings(Map.of("password_file", file.toString()));
        assertThat(settings.password()).isEqualTo("s3cret");
        assertThat(settings).asString().doesNotContain("s3cret");
    }

    @Test
    void trustsTheJdksAuthoritiesWithoutAFile() {
        assertThat(settings(Map.of("tls", "verify")).sslContext()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "per,            each,      per 'each' is not one of message",
        "larger,         0,         larger '0' is not one of deny",
        "tls,            may,       tls 'may' is not one of none",
        "timeoutSeconds, 0,         timeoutSeconds '0' is not a whole number from 1 to 280",
        "most_messages,  -1,        most_messages '-1' is not a whole number from 1 to 100000",
        "most_octets,    999,       max_octets 1000 is not a number from 1 to that of most_octets",
        "password_file,  /no/file,  password_file '/no/file' is not there",
        "ca_file,        /no/file,  'ca_file is given, but tls is none: write tls verify'"
    })
    void saysWhatIsWrong(String option, String value, String said) {
        assertThatThrownBy(() -> settings(Map.of(option, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @Test
    void saysWhichFileIsNoUse() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "");
        assertThatThrownBy(() -> settings(Map.of("password_file", empty.toString())))
                .hasMessage("password_file '" + empty + "' has no password on its first line");
        assertThatThrownBy(() -> settings(Map.of("tls", "verify", "ca_file", empty.toString())))
                .hasMessageStartingWith("ca_file '" + empty + "' ");
    }

    @ParameterizedTest
    @CsvSource({
        "'',           servers is missing",
        "/run/x.sock,  servers '/run/x.sock' is no HOST:PORT",
        "a b,          servers 'a b' is neither"
    })
    void saysWhichServerIsNone(String text, String said) {
        assertThatThrownBy(() -> BrokerSettings.servers(text, 1)).hasMessageContaining(said);
    }
}
