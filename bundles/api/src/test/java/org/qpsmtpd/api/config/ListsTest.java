package org.qpsmtpd.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.net.Network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Files whose lines stand for themselves. */
class ListsTest {
    private static Config config(String... values) {
        List<ConfigLine> made = new ArrayList<>();
        for (String value : values) {
            made.add(new ConfigLine(value, "config/x", made.size() + 1));
        }
        List<ConfigLine> lines = List.copyOf(made);
        return new Config() {
            @Override
            public List<ConfigLine> lines(String name) {
                return lines;
            }

            @Override
            public Optional<String> map(String name, String key) {
                return Optional.empty();
            }
        };
    }

    private static InetAddress address(String text) {
        return Network.parseAddress(text);
    }

    @Test
    void leaveOutWhatCannotBeRead() {
        ConfigView<List<Integer>> numbers =
                ConfigView.ofEntries("x", line -> Integer.valueOf(line.text()));

        assertThat(numbers.in(config("1", "two", "3"))).containsExactly(1, 3);
        assertThat(numbers.in(config())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "example.com,         true",
        "sub.example.com,     false",
        "example.org,         false",
        "a.example.org,       true",
        "a.b.example.org,     true",
        "xexample.org,        false",
        "xn--bcher-kva.test,  true"
    })
    void findDomains(String host, boolean listed) {
        ConfigView<DomainList> view = DomainList.view("x");

        DomainList domains =
                view.in(config("Example.COM", ".example.org", "no domain", "b\u00fccher.test"));

        assertThat(domains.contains(host)).isEqualTo(listed);
        assertThat(domains.isEmpty()).isFalse();
        assertThat(view.in(config()).isEmpty()).isTrue();
    }

    @Test
    void sayWhatIsNoDomain() {
        assertThatThrownBy(() -> DomainList.parse("a b"))
                .hasMessage(
                        "'a b' is not a domain; write example.com, or .example.com for all domains"
                                + " below it");
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7,       config/x:2",
        "198.51.100.9,    config/x:3",
        "203.0.113.1,     ''",
        "2001:db8:1::1,   config/x:4",
        "2001:db9::1,     ''"
    })
    void findNetworksWithTheirPlace(String client, String place) {
        NetworkList networks =
                NetworkList.view("x")
                        .in(config("nonsense", "192.0.2.", "198.51.100.0/24", "2001:db8:"));

        assertThat(networks.find(address(client)).map(ConfigLine::place).orElse(""))
                .isEqualTo(place);
        assertThat(networks.contains(address(client))).isEqualTo(!place.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3.4.", "2001:db8:1", "x", "", "192.0.2.0/33", "."})
    void sayWhatIsNoNetwork(String text) {
        assertThatThrownBy(() -> NetworkList.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
