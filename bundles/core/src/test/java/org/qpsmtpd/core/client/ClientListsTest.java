package org.qpsmtpd.core.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.net.Network;

class ClientListsTest {
    private static ClientLists of(String... lines) {
        return new ClientLists(Stream.of(lines).map(ClientRule::parse).toList(), ClientLists.USUAL);
    }

    private static String list(
            ClientLists lists, String client, int port, boolean encrypted, boolean authenticated) {
        return lists.names()
                .get(lists.of(Network.parseAddress(client), port, encrypted, authenticated));
    }

    private static String list(ClientLists lists, String client) {
        return list(lists, client, 25, false, false);
    }

    @Test
    void hasOneListForAllWithoutRules() {
        assertThat(ClientLists.ONE.names()).containsExactly("plugins");
        assertThat(list(ClientLists.ONE, "192.0.2.1")).isEqualTo("plugins");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0, wide",
        "10.255.255.255, wide",
        "9.255.255.255, plugins",
        "11.0.0.0, plugins",
        "192.168.4.0, odd",
        "192.168.7.255, odd",
        "192.168.3.255, plugins",
        "192.168.8.0, plugins",
        "192.0.2.7, one",
        "192.0.2.8, plugins",
        "2001:db8::1, six",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, six",
        "2001:db9::, plugins",
        "::1, plugins"
    })
    void findsNetworks(String client, String expected) {
        ClientLists lists =
                of("10.0.0.0/8 wide", "192.168.4.0/22 odd", "192.0.2.7 one", "2001:db8::/32 six");

        assertThat(list(lists, client)).isEqualTo(expected);
    }

    @Test
    void takesTheFirstRuleThatHolds() {
        ClientLists lists =
                of("10.1.0.0/16 first", "10.0.0.0/8 second", "10.1.2.0/24 never", "auth users");

        assertThat(list(lists, "10.1.2.3")).isEqualTo("first");
        assertThat(list(lists, "10.2.0.1", 25, true, true)).isEqualTo("second");
        assertThat(list(lists, "192.0.2.1", 25, false, true)).isEqualTo("users");
        assertThat(list(lists, "2001:db8::1", 25, false, true)).isEqualTo("users");
        assertThat(list(lists, "192.0.2.1")).isEqualTo("plugins");
    }

    @Test
    void wantsAllConditionsOfALine() {
        ClientLists lists =
                of("10.0.0.0/8 auth tls port 587 staff", "port 587 submission", "tls secret");

        assertThat(list(lists, "10.0.0.1", 587, true, true)).isEqualTo("staff");
        assertThat(list(lists, "10.0.0.1", 587, true, false)).isEqualTo("submission");
        assertThat(list(lists, "10.0.0.1", 587, false, true)).isEqualTo("submission");
        assertThat(list(lists, "10.0.0.1", 25, true, true)).isEqualTo("secret");
        assertThat(list(lists, "192.0.2.1", 587, true, true)).isEqualTo("submission");
        assertThat(list(lists, "192.0.2.1", 25, false, true)).isEqualTo("plugins");
    }

    @Test
    void namesEachListOnce() {
        ClientLists lists = of("10.0.0.0/8 local", "192.168.0.0/16 local", "auth plugins");

        assertThat(lists.names()).containsExactly("plugins", "local");
        assertThat(list(lists, "192.168.9.9")).isEqualTo("local");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.0/8 | the name of a plugin list",
                "plugins.local | no condition stands before 'plugins.local'",
                "10.0.0.0/33 plugins.local | prefix length 33",
                "10.1 plugins.local | '10.1' is no condition: a network such as 10.0.0.0/8",
                "10.0.0.0/8 192.168.0.0/16 plugins.local | the network is given twice",
                "port 0 plugins.local | '0' is not the number of a port",
                "port 65536 plugins.local | '65536' is not the number",
                "port plugins.local | 'plugins.local' is not the number of a port",
                "port 25 | the name of a plugin list is missing",
                "tls tls plugins.local | tls is given twice",
                "auth auth plugins.local | auth is given twice",
                "port 25 port 26 plugins.local | port is given twice",
                "tls | the name of a plugin list is missing",
                "10.0.0.0/8 tls | the name of a plugin list is missing",
                "tls ../plugins | is not the name of a file",
                "tls .hidden | is not the name of a file",
                "tls a/b/c | is not the name of a file",
                "plugins.local 10.0.0.0/8 | 'plugins.local' is no condition"
            })
    void saysWhatIsWrongWithALine(String line, String what) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientRule.parse(line))
                .withMessageContaining(what);
    }

    private static ClientLists peers(String... files) {
        return new ClientLists(PeerFiles.rules(List.of(files)), PeerFiles.usual());
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, peers/10.1.2.3",
        "10.1.2.4, peers/10.1.2",
        "10.1.20.3, peers/10.1",
        "10.10.2.3, peers/10",
        "101.2.3.4, peers/0",
        "0.0.0.1, peers/0",
        "2001:db8:1::1, peers/2001:db8:1",
        "2001:db8:10::1, peers/2001:db8",
        "2001:db8::5, peers/2001:db8::5",
        "2001:db9::1, peers/0"
    })
    void takesTheFileOfTheSmallestNetwork(String client, String expected) {
        ClientLists lists =
                peers(
                        "0",
                        "10",
                        "10.1",
                        "10.1.2",
                        "10.1.2.3",
                        "2001:db8",
                        "2001:db8:1",
                        "2001:db8::5",
                        "README");

        assertThat(list(lists, client)).isEqualTo(expected);
    }

    @Test
    void takesTheFileLocalAfterAuth() {
        assertThat(list(peers("0", "10.1", "local"), "10.1.1.1", 25, false, true))
                .isEqualTo("peers/local");
        assertThat(list(peers("0", "10.1", "local"), "10.1.1.1")).isEqualTo("peers/10.1");
        assertThat(list(peers("0", "10.1"), "10.1.1.1", 25, false, true)).isEqualTo("peers/10.1");
    }

    @ParameterizedTest
    @CsvSource({
        "0, true",
        "local, true",
        "10.1, true",
        "10.1~, true",
        "2001:db8, true",
        "::1, true",
        "README, false",
        "256, false",
        "10..1, false",
        "10.1.2.3.4, false",
        "10.1., false",
        "2001:db8:, false",
        "12345:1, false",
        "1:2:3:4:5:6:7:8:9, false",
        "Local, false"
    })
    void knowsItsFiles(String file, boolean known) {
        assertThat(PeerFiles.isKnown(file)).isEqualTo(known);
    }

    /** Every address of a small space, against the rules tried one by one. */
    @Test
    void agreesWithTheRulesTriedOneByOne() {
        List<ClientRule> rules = new ArrayList<>();
        for (int at = 0; at < 60; at++) {
            int prefix = 22 + at % 11;
            String network = "10.0." + at * 7 % 4 + "." + at * 37 % 256 + "/" + prefix;
            String also = at % 3 == 0 ? " tls" : at % 5 == 0 ? " auth" : "";
            rules.add(ClientRule.parse(network + also + " list" + at));
        }
        ClientLists lists = new ClientLists(rules, ClientLists.USUAL);
        for (int low = 0; low < 1024; low++) {
            String client = "10.0." + low / 256 + "." + low % 256;
            boolean encrypted = low % 2 == 0;
            boolean authenticated = low % 4 < 2;
            String expected =
                    rules.stream()
                            .filter(rule -> rule.isFor(25, encrypted, authenticated))
                            .filter(rule -> holds(rule, client))
                            .map(ClientRule::list)
                            .findFirst()
                            .orElse("plugins");

            assertThat(list(lists, client, 25, encrypted, authenticated))
                    .as(client)
                    .isEqualTo(expected);
        }
    }

    private static boolean holds(ClientRule rule, String client) {
        Network network = rule.network();
        return network != null && network.contains(Network.parseAddress(client));
    }
}
