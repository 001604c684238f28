package org.qpsmtpd.api.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeliverByTest {
    @Test
    void readsTimeAndMode() {
        assertThat(DeliverBy.parse("+120;rT")).contains(new DeliverBy(120, true, true));
        assertThat(DeliverBy.parse("-999999999;N"))
                .contains(new DeliverBy(-999_999_999, false, false));
        assertThat(new DeliverBy(120, true, true).format()).isEqualTo("120;RT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1;", "1;X", "0;R", "-1;R", "1234567890;N", "1;NTT", " 1;N"})
    void readsNothingElse(String value) {
        assertThat(DeliverBy.parse(value)).isEmpty();
    }
}
