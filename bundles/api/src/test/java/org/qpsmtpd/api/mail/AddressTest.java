package org.qpsmtpd.api.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

class AddressTest {
    private static Optional<Address> strict(String path) {
        return Address.parse(path, AddressSyntax.STRICT);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\0',
            delimiter = '|',
            value = {
                "<matt@test.com>               | matt        | test.com     | <matt@test.com>",
                "<foo@example.com>             | foo         | example.com  | <foo@example.com>",
                "<foo@bar>                     | foo         | bar          | <foo@bar>",
                "<postmaster@test>             | postmaster  | test         | <postmaster@test>",
                "<@a:postmaster@test>          | postmaster  | test         | <postmaster@test>",
                "<@x.y:a@b.c>                  | a           | b.c          | <a@b.c>",
                "<@x.y,@z.w:a@b.c>             | a           | b.c          | <a@b.c>",
                "<Foo@Example.COM>             | Foo         | Example.COM  | <Foo@Example.COM>",
                "<\"a b\"@b.c>                 | a b         | b.c          | <\"a\\ b\"@b.c>",
                "<\"a\\ b\"@b.c>               | a b         | b.c          | <\"a\\ b\"@b.c>",
                "<\"a\"@b.c>                   | a           | b.c          | <a@b.c>",
                "<\"a@b\"@c.d>                 | a@b         | c.d          | <\"a\\@b\"@c.d>",
                "<\"a\\\"b\"@c.d>              | a\"b        | c.d          | <\"a\\\"b\"@c.d>",
                "<\"a.\"@c.d>                  | a.          | c.d          | <\"a.\"@c.d>",
                "<a%b@c.d>                     | a%b         | c.d          | <a%b@c.d>",
                "<a!b@c.d>                     | a!b         | c.d          | <a!b@c.d>",
                "<a@1.2.3.4>                   | a           | 1.2.3.4      | <a@1.2.3.4>",
                "<a@[1.2.3.4]>                 | a           | [1.2.3.4]    | <a@[1.2.3.4]>",
                "<a@[IPv6:2001:db8::1]>        | a | [IPv6:2001:db8::1]     |"
                        + " <a@[IPv6:2001:db8::1]>",
                "<a@xn--tda.d>                 | a           | xn--tda.d    | <a@xn--tda.d>"
            })
    void reads(String path, String user, String host, String formatted) {
        for (AddressSyntax syntax : AddressSyntax.values()) {
            Address address = Address.parse(path, syntax).orElseThrow();

            assertThat(address.user()).isEqualTo(user);
            assertThat(address.host()).isEqualTo(host);
            assertThat(address.format()).isEqualTo(formatted).hasToString(formatted);
            assertThat(address.address()).isEqualTo(user + "@" + host);
        }
    }

    @Test
    void readsEveryCharacterOfAnAtom() {
        assertThat(strict("<!#$%&'*+-/=?^_`{|}~@b.c>"))
                .map(Address::format)
                .contains("<!#$%&'*+-/=?^_`{|}~@b.c>");
    }

    @Test
    void readsAQuotedAddressWithAnAtSign() {
        Address address =
                strict("<\"musa_ibrah@caramail.comandrea.luger\"@wifo.ac.at>").orElseThrow();

        assertThat(address.user()).isEqualTo("musa_ibrah@caramail.comandrea.luger");
        assertThat(address.host()).isEqualTo("wifo.ac.at");
        assertThat(address.format())
                .isEqualTo("<\"musa_ibrah\\@caramail.comandrea.luger\"@wifo.ac.at>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<postmaster>", "<POSTmaster>"})
    void readsTheBarePostmaster(String path) {
        Address address = strict(path).orElseThrow();

        assertThat(address).isEqualTo(new Address("postmaster", ""));
        assertThat(address.format()).isEqualTo("<postmaster>");
        assertThat(address.address()).isEqualTo("postmaster");
        assertThat(address.isNull()).isFalse();
    }

    @Test
    void readsTheNullSender() {
        Address address = strict("<>").orElseThrow();

        assertThat(address).isEqualTo(Address.NULL);
        assertThat(address.isNull()).isTrue();
        assertThat(address.format()).isEqualTo("<>");
        assertThat(address.address()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a.,  <\"a.\"@c.d>",
        "a..b, <\"a..b\"@c.d>",
        "a b, <\"a\\ b\"@c.d>",
        "a@b, <\"a\\@b\"@c.d>",
        "a;b, <\"a\\;b\"@c.d>",
        "a(b, <\"a\\(b\"@c.d>"
    })
    void readsOddUsersOnlyWhenLenient(String user, String formatted) {
        String path = "<" + user + "@c.d>";

        assertThat(strict(path)).isEmpty();
        Address address = Address.parse(path, AddressSyntax.LENIENT).orElseThrow();
        assertThat(address.user()).isEqualTo(user);
        assertThat(address.format()).isEqualTo(formatted);
        assertThat(strict(formatted)).as("what we write can be read").contains(address);
    }

    @Test
    void readsTheSpaceOfQpsmtpdsOwnTests() {
        assertThat(Address.parse("<foo bar@example.com>", AddressSyntax.LENIENT))
                .map(Address::format)
                .contains("<\"foo\\ bar\"@example.com>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<\u00fc@c.d>", "<a@\u00fc.d>", "<\"\u00fc\"@c.d>"})
    void readsUtf8OnlyWhenAskedFor(String path) {
        assertThat(strict(path)).isEmpty();
        assertThat(Address.parse(path, AddressSyntax.LENIENT)).isEmpty();
        assertThat(Address.parse(path, AddressSyntax.STRICT_UTF8)).isPresent();
        assertThat(Address.parse(path, AddressSyntax.LENIENT_UTF8)).isPresent();
    }

    @Test
    void readsUtf8InsideAUserOnlyWhenAskedFor() {
        assertThat(strict("<postm\u00e1ster@test>")).isEmpty();
        assertThat(Address.parse("<postm\u00e1ster@test>", AddressSyntax.STRICT_UTF8)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u2100b.d", // becomes a/c
                "a\u2024d", // becomes a dot
                "a\uff20b.d", // becomes an at sign
                "\u00fc..d",
                "\u00fc.d.",
                "\u3002d",
                "\u00fc-.d",
                "-\u00fc.d",
                "\u0308a.d", // begins with a mark
                "a\u200db.d", // a joiner that joins nothing
                "a\u202eb.d",
                "a\u00a0b.d",
                "\ue000.d",
                "\u00ad.d", // nothing is left
                "\ud800.d",
                "\u00fc_b.d",
                "\u00fc#.d"
            })
    void takesNoDomainThatIsNoneInTheDns(String domain) {
        for (AddressSyntax syntax : AddressSyntax.values()) {
            assertThat(Address.parse("<a@" + domain + ">", syntax)).as(domain).isEmpty();
        }
    }

    @Test
    void boundsTheDomainAsTheDnsHasIt() {
        assertThat(utf8("<a@" + "\u00fc".repeat(50) + ".d>")).isPresent();
        assertThat(utf8("<a@" + "\u00fc".repeat(60) + ".d>")).isEmpty();
        assertThat(utf8("<a@" + "\ufdfa".repeat(200) + ".d>")).isEmpty();
        assertThat(utf8("<a@" + "\u00fc.".repeat(40) + "d>")).isEmpty();
    }

    private static Optional<Address> utf8(String path) {
        return Address.parse(path, AddressSyntax.STRICT_UTF8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<",
                ">",
                "sample@path",
                "foo@example.com",
                "<a@b.c",
                "a@b.c>",
                "<abuse>",
                "<foo>",
                "<.a@b.c>",
                "<\"\"@b.c>",
                "<@>",
                "<a@>",
                "<@b.c>",
                "<@192.168.1.1>",
                "<a@b_c.d>",
                "<a@b c.d>",
                "<a@b..c>",
                "<a@b-.c>",
                "<a@-b.c>",
                "<a@b.c.>",
                "<a@.b.c>",
                "<user@example.com#>",
                "<a@[999.2.3.4]>",
                "<a@[1.2.3]>",
                "<a@[1.2.3.4.5]>",
                "<a@[foo:bar]>",
                "<a@[IPv6:1]>",
                "<a@[IPv6:::g]>",
                "<a@[IPv6:fe80::1%lo]>",
                "<a@[IPv6:]>",
                "<a@[]>",
                "<a@[1.2.3.4>",
                "<@x:>",
                "<@x>",
                "<@x,y:a@b.c>",
                "<@x..y:a@b.c>",
                "< a@b.c>",
                "<a@b.c >",
                "<\"a\"b\"@c.d>",
                "<\"a\\\"@c.d>",
                "<a\r\nRCPT TO:<b@c.d>",
                "<\"a\r\"@b.c>",
                "<a\0@b.c>",
                "<\"\u0085\"@b.c>",
                "<\"a\u2028\"@b.c>",
                "<<a@b.c>>"
            })
    void refuses(String path) {
        for (AddressSyntax syntax : AddressSyntax.values()) {
            assertThat(Address.parse(path, syntax)).as("%s, %s", path, syntax).isEmpty();
        }
    }

    @Test
    void boundsItsParts() {
        String label = "x".repeat(63);

        assertThat(strict("<a@" + label + ".y>")).isPresent();
        assertThat(strict("<a@" + label + "x.y>")).isEmpty();
        assertThat(strict("<a@" + (label + ".").repeat(4) + "y>")).isEmpty();
        assertThat(strict("<" + "u".repeat(256) + "@b.c>")).isEmpty();
        assertThat(strict("<" + "u".repeat(64) + "@b.c>")).isPresent();
    }

    @ParameterizedTest
    @EnumSource(AddressSyntax.class)
    void isQuickWithLongRubbish(AddressSyntax syntax) {
        for (String piece : List.of("@x:", "@x,", "\"", "\\", ".", "a.", "@", ":", "[IPv6:")) {
            assertThat(Address.parse("<" + piece.repeat(100_000) + ">", syntax)).isEmpty();
        }
    }

    @Test
    void splitsTextAtItsLastAtSign() {
        assertThat(Address.of("foo@example.com").address()).isEqualTo("foo@example.com");
        assertThat(Address.of("a@b@c")).isEqualTo(new Address("a@b", "c"));
        assertThat(Address.of("postmaster")).isEqualTo(Address.NULL);
        assertThat(Address.of("")).isEqualTo(Address.NULL);
        assertThat(strict("<foo@foo.x.example.com>")).contains(Address.of("foo@foo.x.example.com"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nRCPT TO:@b.c", "a\0@b.c", "a@b\nc", "a\u0085@b.c", "a@\u2028"})
    void holdsNoControlCharacter(String text) {
        assertThatThrownBy(() -> Address.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("control character in address");
    }

    @Test
    void hasAFormToCompare() {
        Address address = Address.of("Foo@Example.COM");

        assertThat(address.comparable()).isEqualTo("foo@example.com");
        assertThat(address.comparableHost()).isEqualTo("example.com");
        assertThat(Address.of("JO\u0308RG@M\u00dcNCHEN.example").comparable())
                .isEqualTo("j\u00f6rg@xn--mnchen-3ya.example");
        assertThat(new Address("Postmaster", "").comparable()).isEqualTo("postmaster");
        assertThat(address).isNotEqualTo(Address.of("foo@example.com"));
    }

    @Test
    void sortsByHostThenByUser() {
        List<Address> addresses = new ArrayList<>();
        addresses.add(Address.of("musa_ibrah@caramail.comandrea.luger@wifo.ac.at"));
        addresses.add(Address.of("foo@example.com"));
        addresses.add(Address.of("ask@perl.org"));
        addresses.add(Address.of("foo@foo.x.example.com"));
        addresses.add(Address.of("jpeacock@cpan.org"));
        addresses.add(Address.of("test@example.com"));

        Collections.sort(addresses);

        assertThat(addresses)
                .extracting(Address::address)
                .containsExactly(
                        "jpeacock@cpan.org",
                        "foo@example.com",
                        "test@example.com",
                        "foo@foo.x.example.com",
                        "ask@perl.org",
                        "musa_ibrah@caramail.comandrea.luger@wifo.ac.at");
    }
}
