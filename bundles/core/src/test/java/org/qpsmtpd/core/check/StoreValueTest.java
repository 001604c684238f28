package org.qpsmtpd.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What config/store may say. */
class StoreValueTest {
    @Test
    void takesEachForm() {
        for (String good :
                List.of(
                        "file",
                        "file /var/lib/qpsmtpd/store",
                        "file octets=64M",
                        "file /var/my store octets=1G",
                        "redis://cache",
                        "redis://mail:a%40b@[2001:db8::1]:7000/3",
                        "rediss://:secret@cache:6380?ca=/etc/ca.pem",
                        "redis+sentinel://a:1,b/mymaster/2")) {
            assertThat(StoreValue.fault(good)).as(good).isEmpty();
        }
    }

    @Test
    void tellsWhatIsWrongWithoutAPassword() {
        assertThat(StoreValue.fault("fil")).contains("'fil' is not file");
        assertThat(StoreValue.fault("file relative")).contains("is not file");
        for (String wrong :
                List.of("redis://u:geheim@a,b", "redis+sentinel://u:geheim@a", "http://geheim")) {
            assertThat(StoreValue.fault(wrong)).contains("redis://").doesNotContain("geheim");
        }
    }
}
