package org.qpsmtpd.plugin.ident.geoip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

class GeoipPluginTest {
    private static final String SYRACUSE = "24.24.24.24";
    private static final String SYDNEY = "203.0.113.9";

    private final Path folder;

    GeoipPluginTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        new DatabaseWriter("GeoLite2-City")
                .with("24.24.0.0/16", city("NA", "US", "United States", "Syracuse", 43.0, -76.0))
                .with("203.0.113.0/24", city("OC", "AU", "Australia", "Sydney", -33.9, 151.2))
                .with("2001:db8::/32", city("SA", "BR", "Brazil", "São Paulo", -23.5, -46.6))
                .to(folder.resolve("GeoLite2-City.mmdb"));
        new DatabaseWriter("GeoLite2-ASN")
                .with("24.0.0.0/8", Map.of("autonomous_system_number", 11351))
                .with("203.0.113.0/24", Map.of("autonomous_system_number", -2))
                .to(folder.resolve("GeoLite2-ASN.mmdb"));
    }

    private static Map<String, Object> city(
            String continent, String code, String country, String city, double north, double east) {
        return Map.of(
                "continent", Map.of("code", continent),
                "country", Map.of("iso_code", code, "names", Map.of("en", country)),
                "city", Map.of("names", Map.of("de", "anders", "en", city)),
                "location", Map.of("latitude", north, "longitude", east));
    }

    private GeoipPlugin plugin(String... settings) {
        return plugin(Map.of(), settings);
    }

    private GeoipPlugin plugin(Map<String, String> reject, String... settings) {
        Map<String, Object> all = new HashMap<>(Map.of("db_dir", folder.toString()));
        for (int at = 0; at < settings.length; at += 2) {
            all.put(settings[at], settings[at + 1]);
        }
        return new GeoipPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(GeoipConfig.class, all));
    }

    private static HookResult connect(GeoipPlugin plugin, FakeConnection connection) {
        HookResult answer = connection.answered(plugin.onConnect(connection));
        plugin.close();
        return answer;
    }

    @Test
    void notesWhereTheClientIs() {
        FakeConnection connection = FakeConnection.from(SYRACUSE);

        assertThat(connect(plugin(), connection))
                .isEqualTo(HookResult.pass("NA, US, Syracuse, AS11351"));
        assertThat(connection.notes().get(NoteKey.GEOIP_COUNTRY)).contains("US");
        assertThat(connection.notes().get(NoteKey.GEOIP_COUNTRY_NAME)).contains("United States");
        assertThat(connection.notes().get(NoteKey.GEOIP_CONTINENT)).contains("NA");
        assertThat(connection.notes().get(NoteKey.GEOIP_CITY)).contains("Syracuse");
        assertThat(connection.notes().get(NoteKey.GEOIP_ASN)).contains(11351L);
        assertThat(connection.notes().get(NoteKey.GEOIP_DISTANCE)).isEmpty();
        assertThat(connection.karma()).isZero();
    }

    @Test
    void readsNumbersOfSystemsWithoutSign() {
        FakeConnection connection = FakeConnection.from(SYDNEY);
        connect(plugin(), connection);

        assertThat(connection.notes().get(NoteKey.GEOIP_ASN)).contains(4294967294L);
    }

    @Test
    void knowsNothingOfAnAddressWithoutEntry() {
        FakeConnection connection = FakeConnection.from("192.0.2.1");

        assertThat(connect(plugin("deny_country", "US", "deny_asn", "11351"), connection))
                .isEqualTo(HookResult.pass("no entry"));
        assertThat(connection.notes().has(NoteKey.GEOIP_COUNTRY)).isFalse();
    }

    @Test
    void leavesLocalhostAlone() {
        assertThat(connect(plugin(), FakeConnection.from("127.0.0.1")))
                .isEqualTo(HookResult.skip("localhost"));
    }

    @Test
    void replacesTheFieldsOfTheHeader() {
        FakeConnection connection = FakeConnection.from("2001:db8::9");
        FakeTransaction transaction =
                FakeTransaction.on(connection)
                        .withMessage(
                                """
                                X-GeoIP-Country: DE
                                X-GeoIP-Continent: DE
                                X-GeoIP-City: DE
                                X-GeoIP-ASN: DE
                                X-GeoIP-Country: FR

                                body
                                """);
        GeoipPlugin plugin = plugin();
        connect(plugin, connection);

        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        assertThat(transaction.message())
                .isEqualTo(
                        """
                        X-GeoIP-Country: BR
                        X-GeoIP-Continent: SA
                        X-GeoIP-City: Sao Paulo

                        body
                        """);
    }

    @Test
    void addsNoFieldsWhenToldSo() {
        FakeConnection connection = FakeConnection.from(SYRACUSE);
        FakeTransaction transaction =
                FakeTransaction.on(connection).withMessage("X-GeoIP-City: a\n\nbody\n");
        GeoipPlugin plugin = plugin("add_headers", "false");
        connect(plugin, connection);

        plugin.onDataPost(transaction);
        assertThat(transaction.message()).isEqualTo("X-GeoIP-City: a\n\nbody\n");
    }

    @Test
    void takesKarmaOfWhoIsTooFar() {
        FakeConnection far = FakeConnection.from(SYDNEY);
        FakeConnection near = FakeConnection.from(SYRACUSE);

        HookResult answer =
                connect(plugin("distance", SYRACUSE, "too_far", "15000", "deny_asn", "1"), far);
        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        int kilometres = far.notes().get(NoteKey.GEOIP_DISTANCE).orElseThrow();
        assertThat(kilometres).isBetween(15_750, 15_950);
        assertThat(answer.reason()).endsWith(", " + kilometres + " km");
        assertThat(far.karma()).isEqualTo(-1);

        connect(plugin("distance", SYRACUSE, "too_far", "15000"), near);
        assertThat(near.notes().get(NoteKey.GEOIP_DISTANCE)).contains(0);
        assertThat(near.karma()).isZero();
    }

    @Test
    void measuresAlongAGreatCircle() {
        Position pole = new Position(90, 0);
        Position equator = new Position(0, 77);

        assertThat(pole.kilometresTo(equator)).isEqualTo(10_019);
        assertThat(equator.kilometresTo(new Position(0, -103))).isEqualTo(20_037);
        assertThat(equator.kilometresTo(equator)).isZero();
    }

    @Test
    void refusesCountries() {
        FakeConnection connection = FakeConnection.from(SYRACUSE);

        assertThat(connect(plugin("deny_country", "AU"), connection).action())
                .isEqualTo(Action.DECLINED);
        assertThat(connect(plugin("deny_country", "us"), connection))
                .isEqualTo(
                        HookResult.deny(
                                "Mail from country US is not accepted here (#5.7.1)",
                                "country US is listed"));
    }

    @Test
    void refusesNetworks() {
        HookResult answer =
                connect(
                        plugin(Map.of("reject_type", "temp"), "deny_asn", "AS11351"),
                        FakeConnection.from(SYRACUSE));

        assertThat(answer)
                .isEqualTo(
                        HookResult.denySoft(
                                "Mail from network AS11351 is not accepted here (#5.7.1)",
                                "network AS11351 is listed"));
    }

    @Test
    void refusesNobodyWhoIsImmune() {
        FakeConnection connection = FakeConnection.from(SYRACUSE).relaying();

        assertThat(connect(plugin("deny_country", "US"), connection).action())
                .isEqualTo(Action.DECLINED);
        assertThat(connection.notes().get(NoteKey.GEOIP_COUNTRY)).contains("US");
    }

    @Test
    void leavesARefusalToNaughty() {
        HookResult answer =
                connect(
                        plugin(Map.of("reject", "naughty"), "deny_country", "US"),
                        FakeConnection.from(SYRACUSE));

        assertThat(answer.naughtyType()).contains(Action.DECLINED);
    }

    @Test
    void defersWhileTheFileOfAListIsMissing() throws IOException {
        Files.delete(folder.resolve("GeoLite2-City.mmdb"));
        Files.delete(folder.resolve("GeoLite2-ASN.mmdb"));
        FakeConnection connection = FakeConnection.from(SYRACUSE);

        assertThat(connect(plugin("deny_country", "US"), connection))
                .isEqualTo(
                        HookResult.denySoft("Temporary problem, try again later (#4.3.0)")
                                .because(
                                        "error: deny_country needs GeoLite2-City.mmdb or"
                                                + " GeoLite2-Country.mmdb"));
        assertThat(connect(plugin("deny_asn", "1"), connection).reason())
                .isEqualTo("error: deny_asn needs GeoLite2-ASN.mmdb");
        assertThat(connect(plugin("deny_asn", "1", "on_error", "skip"), connection))
                .isEqualTo(HookResult.pass("no entry"));
        assertThat(connect(plugin(), connection)).isEqualTo(HookResult.pass("no entry"));
    }

    @Test
    void usesTheFileOfCountriesWithoutOneOfCities() throws IOException {
        Files.delete(folder.resolve("GeoLite2-City.mmdb"));
        new DatabaseWriter("GeoLite2-Country")
                .with("24.24.24.0/24", Map.of("country", Map.of("iso_code", "CA")))
                .to(folder.resolve("GeoLite2-Country.mmdb"));

        assertThat(connect(plugin(), FakeConnection.from(SYRACUSE)))
                .isEqualTo(HookResult.pass("CA, AS11351"));
    }

    @Test
    void readsAChangedFileAndKeepsWhatABrokenOneSaid() throws IOException {
        Path file = folder.resolve("GeoLite2-City.mmdb");
        try (Databases databases = new Databases(folder)) {
            assertThat(country(databases)).isEqualTo("US");

            new DatabaseWriter("GeoLite2-City")
                    .with("24.0.0.0/8", city("EU", "FR", "France", "Paris", 48, 2))
                    .to(file);
            databases.refresh();
            assertThat(country(databases)).isEqualTo("FR");

            byte[] whole = Files.readAllBytes(file);
            Files.write(file, new byte[5000]);
            databases.refresh();
            assertThat(country(databases)).isEqualTo("FR");

            byte[] holed = whole.clone();
            Arrays.fill(holed, 200, whole.length - 400, (byte) 0xFF);
            Files.write(file, holed);
            databases.refresh();
            assertThat(country(databases)).isEqualTo("FR");

            Files.delete(file);
            databases.refresh();
            assertThat(country(databases)).isEqualTo("FR");
        }
    }

    private static String country(Databases databases) {
        return databases.find(FakeConnection.from(SYRACUSE).remoteAddress()).country();
    }

    @Test
    void cleansWhatAFileSays() throws IOException {
        new DatabaseWriter("GeoLite2-City")
                .with(
                        "24.24.24.0/24",
                        city(
                                "NA",
                                "US",
                                "United States",
                                "Syra\r\n550 cuse" + "e".repeat(200),
                                1,
                                1))
                .to(folder.resolve("GeoLite2-City.mmdb"));
        FakeConnection connection = FakeConnection.from(SYRACUSE);
        connect(plugin(), connection);

        assertThat(connection.notes().get(NoteKey.GEOIP_CITY).orElseThrow())
                .startsWith("Syra550 cuseee")
                .hasSize(100);
    }

    @Test
    void namesWrongOptions() {
        assertThatThrownBy(() -> plugin("deny_country", "USA"))
                .hasMessage("deny_country 'USA' is not a country's two letters, such as US");
        assertThatThrownBy(() -> plugin("deny_asn", "A1"))
                .hasMessage("deny_asn 'A1' is not a number of a network, such as AS64500");
        assertThatThrownBy(() -> plugin("distance", "here"))
                .hasMessage("distance 'here' is not the address of this server");
        assertThatThrownBy(() -> plugin("too_far", "5"))
                .hasMessageStartingWith("too_far needs distance");
        assertThatThrownBy(() -> plugin("on_error", "x"))
                .hasMessage("on_error 'x' is not one of defer, skip");
    }
}
