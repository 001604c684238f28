package org.qpsmtpd.mailauth.author;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.mailauth.author.Authors.Form;

final class AuthorsTest {
    private static Authors read(String... values) {
        return Authors.of(List.of(values));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "joe@example.org | example.org",
                "<joe@example.org> | example.org",
                "Joe <joe@example.org> | example.org",
                "Joe Q. Public <joe@example.org> | example.org",
                "joe@example.org (Joe) | example.org",
                "joe@Example.ORG. | example.org",
                "joe (at) @ (the) example (x) . org (y) | example.org",
                "<joe(boss@bank.example)@example.org> | example.org",
                "(boss@bank.example) joe@example.org | example.org",
                "(a (b \\) <boss@bank.example>) c) <joe@example.org> | example.org",
                "\"boss@bank.example\" <joe@example.org> | example.org",
                "\"a \\\" <boss@bank.example>\" <joe@example.org> | example.org",
                "boss@bank.example <joe@example.org> | example.org",
                "\"joe@home\"@example.org | example.org",
                "\"joe, sue\" <joe@example.org> | example.org",
                "Doe, Joe <joe@example.org> | example.org",
                "=?utf-8?q?boss=40bank.example?= <joe@example.org> | example.org",
                "=?utf-8?q?Doe,_\"Joe?= <joe@example.org> | example.org",
                "=?utf-8?q?Re:_(Joe?= <joe@example.org> | example.org",
                "<@a.example,@b.example:joe@example.org> | example.org",
                "<@a.example:joe@example.org> | example.org",
                "joe@b\u00FCcher.example | xn--bcher-kva.example",
                "j\u00F6e@b\u00FCcher\u3002example | xn--bcher-kva.example",
                "joe@example.org, sue@example.net | example.org example.net",
                "Joe <joe@example.org>; Sue <sue@example.net> | example.org example.net",
                "joe@example.org, sue@EXAMPLE.org | example.org",
                ", joe@example.org, , | example.org",
                "Friends: joe@example.org, Sue <sue@example.net>; | example.org example.net",
                "Friends:; , joe@example.org | example.org",
                "joe@example.org, sue@[192.0.2.1] | example.org",
                "joe@[IPv6:2001:db8::1], sue@example.net | example.net",
                "[Ticket 5] Joe <joe@example.org> | example.org",
                "'joe@\r\n example.org' | example.org",
                "Joe Doe joe@example.org | example.org",
                "joe@example.org Joe Doe | example.org",
                "mailto:joe@example.org | example.org",
                "<mailto:joe@example.org> | example.org",
                "joe@localhost | localhost"
            })
    void findsTheDomains(String value, String domains) {
        Authors authors = read(value);

        assertThat(authors.domains()).isEqualTo(Arrays.asList(domains.split(" ")));
        assertThat(authors.form()).isEqualTo(Form.DOMAINS);
    }

    /** Who reads a message may be shown any of them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<boss@bank.example> <joe@example.org> | bank.example example.org",
                "<boss@bank.example <joe@example.org> | bank.example example.org",
                "<joe@example.org> boss@bank.example | example.org bank.example",
                "<joe@example.org> boss@bank.example <x@y.example> | example.org bank.example"
                        + " y.example",
                "boss@bank.example@example.org | bank.example example.org",
                "<boss@bank.example@example.org> | bank.example example.org",
                "boss@bank.example: joe@example.org; | bank.example example.org",
                "boss@bank.example via joe@example.org | bank.example example.org",
                "<boss@bank.example | bank.example",
                "<@bank.example> | bank.example",
                "<<boss@bank.example>> | bank.example",
                "boss@bank.example> | bank.example",
                "\"boss <boss@bank.example> | bank.example",
                "(boss <boss@bank.example> | bank.example"
            })
    void findsAllThatMayBeTakenForOne(String value, String domains) {
        assertThat(read(value).domains()).isEqualTo(Arrays.asList(domains.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \t ",
                "()",
                "<>",
                "Joe <>",
                "joe",
                "Joe Doe",
                "<joe>",
                "\"joe@example.org\"",
                "=?utf-8?q?joe=40example.org?=",
                "=?utf-8?b?am9lQGV4YW1wbGUub3Jn?=",
                "joe@",
                "<joe@>",
                "joe@example..org",
                "joe@exa\u0000mple.org",
                "joe@exa\u00ADmple.org\u0001",
                "joe@example.org?=",
                "joe@[192.0.2.1",
                "<@a.example:>",
                ",,",
                "Friends: joe;",
                "joe@\uDC80\uDC81.example",
                "<boss@bank\u00FE\u0000.example>, joe@example.org"
            })
    void knowsWhatIsNoAddress(String value) {
        assertThat(read(value).form()).isEqualTo(Form.UNREADABLE);
        assertThat(read(value).only()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Undisclosed:;", "=?utf-8?q?boss?= :;", "joe@[192.0.2.1]", "a:;b:;"})
    void knowsAddressesWithoutADomain(String value) {
        assertThat(read(value)).isEqualTo(new Authors(1, List.of(), Form.NO_DOMAIN));
    }

    @Test
    void readsAllFields() {
        Authors authors = read("joe@example.org", "boss@bank.example, x@example.org");

        assertThat(authors)
                .isEqualTo(new Authors(2, List.of("example.org", "bank.example"), Form.DOMAINS));
        assertThat(authors.only()).isEmpty();
        assertThat(read("joe@example.org", "joe@example.org").only()).isEmpty();
        assertThat(read("joe@example.org", "Joe").form()).isEqualTo(Form.UNREADABLE);
        assertThat(read()).isEqualTo(new Authors(0, List.of(), Form.ABSENT));
    }

    @Test
    void hasTheOnlyDomain() {
        assertThat(read("joe@example.org, sue@example.org").only()).contains("example.org");
        assertThat(read("joe@example.org, sue@example.net").only()).isEmpty();
    }

    @Test
    void tooMuchIsNotRead() {
        String address = "joe@example.org,";

        assertThat(read(address.repeat(5000)).form()).isEqualTo(Form.UNREADABLE);
        assertThat(read(address.repeat(2000), address.repeat(3000)).domains()).isEmpty();
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 101; i++) {
            many.append("a@d").append(i).append(".example,");
        }
        assertThat(read(many.toString()).form()).isEqualTo(Form.UNREADABLE);
        assertThat(read(many.toString()).domains()).hasSize(100);
    }
}
