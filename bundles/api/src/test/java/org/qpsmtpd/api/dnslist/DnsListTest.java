package org.qpsmtpd.api.dnslist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.Inet4Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.net.Network;

class DnsListTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    zen.example                         | zen.example | 1  | ''
                    Zen.Example.                        | zen.example | 1  | ''
                    zen.example:see http://x:80/%IP%    | zen.example | 1  | see http://x:80/%IP%
                    zen.example  does not * = & accept  | zen.example | 1  | does not * = & accept
                    zen.example*7                       | zen.example | 7  | ''
                    zen.example=127.0.0.2&3*-2: friends | zen.example | -2 | friends
                    m\u00fcll.example                   | xn--mll-hoa.example | 1 | ''
                    """)
    void readsALine(String line, String zone, int weight, String text) {
        DnsList list = DnsList.parse(line);

        assertThat(list.zone()).isEqualTo(zone);
        assertThat(list.weight()).isEqualTo(weight);
        assertThat(list.text()).isEqualTo(text);
        assertThat(list).hasToString(zone);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    zen.example                      | 127.0.0.2       | true
                    zen.example                      | 127.255.0.1     | true
                    zen.example                      | 127.0.0.1       | false
                    zen.example                      | 127.0.0.255     | false
                    zen.example                      | 127.255.255.254 | false
                    zen.example                      | 192.0.2.1       | false
                    zen.example=127.0.0.1            | 127.0.0.1       | true
                    zen.example=127.0.0.0/8          | 127.255.255.1   | false
                    zen.example=127.0.0.2,127.0.0.9  | 127.0.0.9       | true
                    zen.example=127.0.0.2,127.0.0.9  | 127.0.0.8       | false
                    zen.example=127.0.0.4-7          | 127.0.0.4       | true
                    zen.example=127.0.0.4-7          | 127.0.0.7       | true
                    zen.example=127.0.0.4-7          | 127.0.0.8       | false
                    zen.example&8                    | 127.0.0.10      | true
                    zen.example&8                    | 127.0.0.7       | false
                    zen.example&0.1.0.0              | 127.1.0.9       | true
                    zen.example&0.1.0.0=127.0.0.0/8  | 127.2.0.9       | false
                    """)
    void countsAnswers(String line, String answer, boolean counts) {
        Inet4Address address = (Inet4Address) Network.parseAddress(answer);

        assertThat(DnsList.parse(line).counts(address)).isEqualTo(counts);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-",
                ":text",
                "a_b.example",
                "[192.0.2.1]",
                "zen.example=",
                "zen.example=127.0.0",
                "zen.example=10.0.0.0/8",
                "zen.example=126.0.0.0/7",
                "zen.example=127.0.0.2-300",
                "zen.example=127.0.0.-7",
                "zen.example=2-7",
                "zen.example=127.0.0.9-7",
                "zen.example=::1",
                "zen.example&",
                "zen.example&0",
                "zen.example&256",
                "zen.example*",
                "zen.example*0",
                "zen.example*1001",
                "zen.example*many"
            })
    void refusesWhatIsWrong(String line) {
        assertThatIllegalArgumentException().isThrownBy(() -> DnsList.parse(line));
    }

    @Test
    void saysWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DnsList.parse("zen.example=10.0.0.1"))
                .withMessage("'10.0.0.1' is not in 127.0.0.0/8, where answers of lists are");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DnsList.parse("zen.example*x"))
                .withMessage(
                        "the weight 'x' is not a number from 1 to 1000, or such a number below 0");
    }

    @Test
    void asksForAddressesAndDomains() {
        ListSubject four = ListSubject.of(Network.parseAddress("192.0.2.7"));
        ListSubject six = ListSubject.of(Network.parseAddress("2001:db8::7"));
        ListSubject domain = ListSubject.of("M\u00fcll.Example.");

        assertThat(four)
                .isEqualTo(new ListSubject("7.2.0.192", "192.0.2.7", ListSubject.Kind.IPV4));
        assertThat(six.labels())
                .isEqualTo("7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
        assertThat(domain.labels()).isEqualTo("xn--mll-hoa.example");
        assertThat(ListSubject.Kind.IPV6.listed())
                .isEqualTo("2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0");
    }
}
