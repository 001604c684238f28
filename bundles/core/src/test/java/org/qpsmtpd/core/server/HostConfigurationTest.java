package org.qpsmtpd.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostConfigurationTest {
    private static final Map<String, String> KARAF =
            Map.of("karaf.base", "/karaf", "karaf.etc", "/karaf/etc", "karaf.data", "/karaf/data");

    private static Map<String, Object> only(Map<String, ?> more) {
        Map<String, Object> all = new HashMap<>(more);
        all.put("service.pid", "org.qpsmtpd");
        return all;
    }

    private static Map<String, Object> named(String name, Map<String, ?> more) {
        Map<String, Object> all = new HashMap<>(more);
        all.put("service.pid", "org.qpsmtpd.server~" + name);
        all.put("service.factoryPid", "org.qpsmtpd.server");
        return all;
    }

    private static HostConfiguration read(Map<String, Object> properties)
            throws ConfigurationFault {
        return HostConfiguration.read(properties, KARAF::get, Path.of("/area"));
    }

    private static HostConfiguration read(String key, Object value) throws ConfigurationFault {
        return read(only(Map.of(key, value)));
    }

    @Test
    void hasTheDefaultsOfPrefork() throws ConfigurationFault {
        HostConfiguration read = read(only(Map.of()));
        ServerOptions options = read.options();

        assertThat(options.name()).isEqualTo("qpsmtpd");
        assertThat(options.listen()).containsExactly(":2525");
        assertThat(options.children()).isEqualTo(15);
        assertThat(options.idleChildren()).isEqualTo(5);
        assertThat(options.limitConnections()).isPositive();
        assertThat(options.maxFromIp()).isEqualTo(10);
        assertThat(options.prettyChild()).isFalse();
        assertThat(options.configDirectories().get(0)).isEqualTo(Path.of("/karaf/etc/qpsmtpd"));
        assertThat(options.spoolDirectory())
                .isEqualTo(Path.of("/karaf/data/qpsmtpd/qpsmtpd/spool"));
        assertThat(read.remarks()).isEmpty();
        assertThat(read.quiet()).isFalse();
        assertThat(read.debug()).isFalse();
    }

    @Test
    void readsEveryKey() throws ConfigurationFault {
        HostConfiguration read =
                read(
                        only(
                                Map.ofEntries(
                                        Map.entry("port", 25),
                                        Map.entry("interface", "127.0.0.1, [::1]:26"),
                                        Map.entry("listen-address", "mx.example.org:27"),
                                        Map.entry("Children", "20"),
                                        Map.entry("IDLE_CHILDREN", "7"),
                                        Map.entry("limit_connections", "300"),
                                        Map.entry("max-from-ip", "0"),
                                        Map.entry("pretty-child", "yes"),
                                        Map.entry("quiet", true),
                                        Map.entry("debug", "1"),
                                        Map.entry("no-rdns", "1"),
                                        Map.entry("config", "/etc/mail"),
                                        Map.entry("name", "mx.example.org"),
                                        Map.entry("spool", "/var/spool/mx"),
                                        Map.entry("state", "/var/lib/mx"))));
        ServerOptions options = read.options();

        assertThat(options.listen())
                .containsExactly("127.0.0.1:25", "[::1]:26", "mx.example.org:27");
        assertThat(options.children()).isEqualTo(20);
        assertThat(options.idleChildren()).isEqualTo(7);
        assertThat(options.limitConnections()).isEqualTo(300);
        assertThat(options.maxFromIp()).isZero();
        assertThat(options.prettyChild()).isTrue();
        assertThat(options.noRdns()).isTrue();
        assertThat(options.name()).isEqualTo("mx.example.org");
        assertThat(options.configDirectories().get(0)).isEqualTo(Path.of("/etc/mail"));
        assertThat(options.spoolDirectory()).isEqualTo(Path.of("/var/spool/mx"));
        assertThat(options.stateDirectory()).isEqualTo(Path.of("/var/lib/mx"));
        assertThat(read.quiet()).isTrue();
        assertThat(read.debug()).isTrue();
    }

    @Test
    void aServerIsNamedByItsConfiguration() throws ConfigurationFault {
        ServerOptions options = read(named("example.com", Map.of())).options();

        assertThat(options.name()).isEqualTo("example.com");
        assertThat(options.configDirectories().get(0))
                .isEqualTo(Path.of("/karaf/etc/qpsmtpd-example.com"));
        assertThat(options.spoolDirectory())
                .isEqualTo(Path.of("/karaf/data/qpsmtpd/example.com/spool"));
        assertThat(options.stateDirectory()).isEqualTo(Path.of("/karaf/var/qpsmtpd/example.com"));
        assertThat(options.threadPrefix()).isEqualTo("example.com/");
    }

    @Test
    void aServerIsNamedByItsFileWhenThePidSaysNothing() throws ConfigurationFault {
        Map<String, Object> properties =
                Map.of(
                        "service.pid", "org.qpsmtpd.server.5a3c",
                        "service.factoryPid", "org.qpsmtpd.server",
                        "felix.fileinstall.filename", "file:/e/org.qpsmtpd.server-a-b.cfg");

        assertThat(read(properties).options().name()).isEqualTo("a-b");
    }

    @Test
    void keysOfTheFrameworkAreNoneOfOurs() throws ConfigurationFault {
        read(
                only(
                        Map.of(
                                "felix.fileinstall.filename", "file:/e/org.qpsmtpd.cfg",
                                "org.apache.karaf.features.configKey", "org.qpsmtpd",
                                "component.name", "x",
                                ":configurator:feature", "x")));
    }

    @ParameterizedTest
    @CsvSource({
        "port,65536,a number from 0 to 65535",
        "port,smtp,a number from 0 to 65535",
        "children,0,a number from 1 to 10000",
        "idle-children,10001,a number from 0 to 10000",
        "limit-connections,-1,a number from 0 to 1000000",
        "max-from-ip,1000001,a number from 0 to 1000000",
        "renice-parent,40,a number from 0 to 39",
        "pretty-child,maybe,true or false",
        "quiet,2,true or false",
        "debug,x,true or false",
        "detach,x,true or false",
        "console,x,true or false",
    })
    void aWrongValueIsOneLine(String key, String value, String allowed) {
        assertThatThrownBy(() -> read(key, value))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessage(
                        "configuration org.qpsmtpd: %s = '%s' cannot be: %s; this server does not"
                                + " start",
                        key, value, allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3", "256.0.0.1", "::1", "[::1", "[x]", "127.0.0.1:65536", "a b"})
    void aWrongAddressIsOneLine(String address) {
        assertThatThrownBy(() -> read("interface", "127.0.0.1," + address))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageStartingWith(
                        "configuration org.qpsmtpd: interface = '" + address + "' cannot be: write")
                .hasMessageEndingWith("; this server does not start");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "..", "a b", "-a", ""})
    void aWrongNameIsOneLine(String name) {
        assertThatThrownBy(() -> read(named(name, Map.of())))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageContaining("name = '" + name + "' cannot be");
    }

    @Test
    void anUnknownKeyIsOneLineWithTheNearest() {
        Map<String, Object> properties =
                only(
                        Map.of(
                                "chidren",
                                "3",
                                "felix.fileinstall.filename",
                                "file:/e/org.qpsmtpd.cfg"));

        assertThatThrownBy(() -> read(properties))
                .hasMessage(
                        "/e/org.qpsmtpd.cfg: there is no key 'chidren', did you mean 'children'?;"
                                + " this server does not start");
    }

    @Test
    void anUnknownKeyFarFromAllIsToldWhichThereAre() {
        assertThatThrownBy(() -> read("frobnicate", "1"))
                .hasMessageContaining("the keys are children, config, console, debug");
    }

    @Test
    void whatTheHostDecidesIsARemark() throws ConfigurationFault {
        HostConfiguration asked =
                read(
                        only(
                                Map.of(
                                        "user", "mail",
                                        "renice-parent", "7",
                                        "detach", "true",
                                        "pid-file", "/run/q.pid",
                                        "console", "1")));
        HostConfiguration usual =
                read(
                        only(
                                Map.of(
                                        "user", "",
                                        "renice-parent", "5",
                                        "detach", "no",
                                        "pid-file", "",
                                        "console", "0")));

        assertThat(asked.remarks())
                .hasSize(5)
                .contains(
                        "configuration org.qpsmtpd: user = 'mail' changes nothing: the host of this"
                                + " server decides that");
        assertThat(usual.remarks()).isEmpty();
    }

    @Test
    void aHostWithoutFoldersOfItsOwnMustBeToldTheDirectory() throws ConfigurationFault {
        Map<String, Object> given = only(Map.of("config", "/etc/mail"));
        HostConfiguration read = HostConfiguration.read(given, name -> null, Path.of("/area"));

        assertThat(read.options().spoolDirectory()).isEqualTo(Path.of("/area/qpsmtpd/spool"));
        assertThatThrownBy(
                        () ->
                                HostConfiguration.read(
                                        only(Map.of()), name -> null, Path.of("/area")))
                .hasMessageContaining("config = '' cannot be: name the configuration directory");
    }

    @Test
    void takesArraysAndLists() throws ConfigurationFault {
        List<String> addresses = List.of("127.0.0.1:1", "127.0.0.1:2");

        assertThat(read("interface", addresses).options().listen()).isEqualTo(addresses);
        assertThat(read("interface", addresses.toArray(new String[0])).options().listen())
                .isEqualTo(addresses);
    }
}
