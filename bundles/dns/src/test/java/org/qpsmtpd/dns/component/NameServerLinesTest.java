package org.qpsmtpd.dns.component;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameServerLinesTest {
    private final NameServerLines lines = new NameServerLines();

    @Test
    void takesWhatIsRead() {
        lines.checkLine("dns_servers", "127.0.0.1:5353 trusted");
        lines.checkLine("dns_servers", "[::1]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ns.example.org   | 'ns.example.org' is not an IP address
                    127.0.0.1:x      | 'x' is not a port, 1 to 65535
                    127.0.0.1 trust  | 'trust' is not the word 'trusted', which may follow
                    """)
    void findsALineThatIsWrong(String line, String what) {
        assertThatThrownBy(() -> lines.checkLine("dns_servers", line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(what);
    }
}
