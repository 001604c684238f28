package org.qpsmtpd.mailauth.spf;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

final class ReceivedSpfTest {
    @Test
    void tellsWhatWasChecked() throws Exception {
        SpfRequest request =
                SpfRequest.mailFrom(
                        InetAddress.getByName("2001:db8::1"),
                        "mail.example.org",
                        "a b",
                        "example.org");

        assertThat(
                        ReceivedSpf.value(
                                new SpfVerdict(request, SpfResult.PASS, "mx/24", "", ""),
                                "mx.example.net"))
                .isEqualTo(
                        """
                        pass (mx.example.net: example.org lets 2001:db8::1 send)
                         client-ip="2001:db8::1";
                         envelope-from="a b@example.org";
                         helo=mail.example.org;
                         identity=mailfrom;
                         mechanism=mx/24;
                         receiver=mx.example.net""");
    }

    @Test
    void staysPrintableWhateverTheClientSays() throws Exception {
        SpfRequest request =
                SpfRequest.helo(
                        InetAddress.getByName("192.0.2.1"),
                        "a\r\nX-Evil: \"\\)(" + "\u00FC".repeat(999));

        String value =
                ReceivedSpf.value(
                        new SpfVerdict(request, SpfResult.NONE, "", "", "no \u0000 record"), "mx");

        assertThat(value.lines().skip(1)).allMatch(line -> line.startsWith(" "));
        assertThat(value).matches("[ -~\n]*").contains("helo=\"a??X-Evil: \\\"\\\\)(???");
        assertThat(value.lines()).allMatch(line -> line.length() < 998);
    }
}
