package org.qpsmtpd.plugin.queue.maildir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
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
        "a/b, a_b",
        "../../etc, .._.._etc",
        "%2e%2e, _2e_2e",
        "a b;c$(d)`e`, a_b_c__d__e_",
        "müller, m_ller",
        "-oQ, -oQ",
        "'a,b+c=d@e', 'a,b+c=d@e'",
        "%d, _d",
    })
    void replacesOtherCharactersByUnderscore(String local, String step) {
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
        assertThat(resolve("%l", "", "x")).isEqualTo(ROOT.resolve("_"));
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
