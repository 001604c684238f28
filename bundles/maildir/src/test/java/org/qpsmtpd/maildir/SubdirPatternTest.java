package org.qpsmtpd.maildir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.mail.Address;

class SubdirPatternTest {
    private static final Path ROOT = Path.of("/mail");

    @ParameterizedTest
    @CsvSource({
        "%d/%l, /mail/example.com/user",
        "%l, /mail/user",
        "%u, /mail/user@example.com",
        "%d/%d/x-%l-y, /mail/example.com/example.com/x-user-y",
        "/%d//./%l/, /mail/example.com/user",
    })
    void replacesLocalPartDomainAndAddress(String pattern, String place) {
        assertThat(resolve(pattern, "user", "example.com")).isEqualTo(Path.of(place));
    }

    @ParameterizedTest
    @ValueSource(strings = {"m\u00fcnchen.example", "XN--MNCHEN-3YA.example"})
    void hasOnePlaceForAllSpellingsOfADomain(String domain) {
        assertThat(resolve("%d", "user", domain)).isEqualTo(ROOT.resolve("xn--mnchen-3ya.example"));
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a%2Fb",
        "../../etc, ..%2F..%2Fetc",
        "%2e%2e, %252e%252e",
        "a b;c$(d)`e`, a%20b%3Bc%24%28d%29%60e%60",
        "müller, m%C3%BCller",
        "mu\u0308ller, m%C3%BCller",
        "m_ller, m_ller",
        "-oQ, -oQ",
        "'a,b+c=d@e', 'a,b+c=d@e'",
        "%d, %25d",
        "., %2E",
        ".., %2E%2E",
        ".a, .a",
    })
    void writesOtherCharactersAsOctets(String local, String step) {
        assertThat(resolve("%l", local, "example.com")).isEqualTo(ROOT.resolve(step));
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "/", "//", "../..", "/etc/passwd", "\\..\\", "a/../../b"})
    void neverLeadsUpwards(String local) {
        Path place = resolve("%d/%l", local, "..");
        assertThat(place.normalize()).isEqualTo(place).startsWithRaw(ROOT);
        assertThat(place.getNameCount()).isEqualTo(3);
    }

    @Test
    void givesAStepForEachPartEvenWhenItIsEmpty() {
        assertThat(resolve("%l", "", "x")).isEqualTo(ROOT.resolve("%"));
    }

    @Test
    void takesTheServersNameForABarePostmaster() {
        assertThat(resolve("%d/%l", "postmaster", ""))
                .isEqualTo(ROOT.resolve("mx.example.org/postmaster"));
    }

    @Test
    void writesTheDomainInLowerCaseAndKeepsTheLocalPart() {
        assertThat(resolve("%d/%l", "User", "Example.COM"))
                .isEqualTo(ROOT.resolve("example.com/User"));
        assertThat(resolve("%u", "User", "Example.COM"))
                .isEqualTo(ROOT.resolve("User@example.com"));
    }

    @Test
    void shortensLongNamesAndKeepsThemApart() {
        String common = "x".repeat(240);
        Path one = resolve("%u", common + "1", "example.com");
        Path two = resolve("%u", common + "2", "example.com");
        assertThat(one.getFileName().toString()).hasSize(200).startsWith("x".repeat(160));
        assertThat(one).isNotEqualTo(two);
        assertThat(resolve("%u", common + "1", "example.com")).isEqualTo(one);
    }

    @Test
    void givesEachAddressAPlaceOfItsOwn() {
        List<String> locals =
                List.of(
                        "a",
                        "A",
                        "_",
                        "__",
                        ".",
                        "..",
                        "%",
                        "%2E",
                        "%%",
                        "\u00fc",
                        "u\u0308x",
                        "/",
                        "%_",
                        "%=",
                        "=",
                        " ",
                        "a@b",
                        "\u00e4\u00f6",
                        "_\u00f6",
                        "\u00e4_",
                        "x".repeat(199),
                        "x".repeat(200),
                        "x".repeat(201),
                        "x".repeat(202),
                        "\u00fc".repeat(66));
        Set<Path> places = new HashSet<>();
        for (String local : locals) {
            places.add(resolve("%l", local, "example.com"));
        }
        Path shortened = resolve("%l", "x".repeat(201), "example.com");
        places.add(resolve("%l", shortened.getFileName().toString(), "example.com"));
        assertThat(places).hasSize(locals.size() + 1);
    }

    @Test
    void tellsWhereAPlaceWasUnderTheFormerRule() {
        SubdirPattern pattern = new SubdirPattern("%d/%l");
        assertThat(former(pattern, "j\u00fcrgen")).isEqualTo(ROOT.resolve("example.com/j_rgen"));
        assertThat(former(pattern, "..")).isEqualTo(ROOT.resolve("example.com/__"));
        assertThat(former(pattern, "user")).isEqualTo(ROOT.resolve("example.com/user"));
    }

    private static Path former(SubdirPattern pattern, String user) {
        return pattern.resolveFormer(ROOT, new Address(user, "Example.com"), "mx.example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail", "", "a/b"})
    void refusesAPatternThatKeepsNobodyApart(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SubdirPattern(pattern))
                .withMessageContaining("none of %l, %d and %u");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%x/%l", "%l%", "%%/%l"})
    void refusesUnknownCodes(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SubdirPattern(pattern))
                .withMessageContaining("after % only l, d and u are known");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../%l", "%d/../%l", "%l/.."})
    void refusesAPatternThatLeadsUpwards(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SubdirPattern(pattern))
                .withMessageContaining("leads out");
    }

    private static Path resolve(String pattern, String user, String host) {
        return new SubdirPattern(pattern).resolve(ROOT, new Address(user, host), "mx.example.org");
    }
}
