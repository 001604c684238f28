package org.qpsmtpd.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredKeysTest {
    private static final String RFC_7677 =
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                    + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    private static byte[] octets(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    @ParameterizedTest
    @CsvSource({
        "SHA_1, QSXCR+Q6sek8bf92, 6dlGYMOdZcOPutkcNY8U2g7vK9Y=, D+CSWLOshSulAsxiupA+qs2/fTE=",
        "SHA_256, W22ZaJ0SNY7soEsUEjb6gQ==, WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
                + " wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    })
    void areThoseOfTheRfcs(ScramHash hash, String salt, String stored, String server) {
        StoredKeys keys = StoredKeys.derive(hash, Secret.of("pencil"), octets(salt), 4096);
        assertThat(keys.storedKey()).isEqualTo(octets(stored));
        assertThat(keys.serverKey()).isEqualTo(octets(server));
        assertThat(keys.matches(Secret.of("pencil"))).isTrue();
        assertThat(keys.matches(Secret.of("Pencil"))).isFalse();
    }

    @Test
    void areMadeOfThePreparedPassword() {
        byte[] salt = {1, 2, 3};
        StoredKeys keys = StoredKeys.derive(ScramHash.SHA_256, Secret.of("a\u00a0b"), salt, 1);
        assertThat(keys.matches(Secret.of("a b"))).isTrue();
    }

    @Test
    void areReadInTheFormsThatOthersWrite() {
        String dovecot =
                "{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                        + ",wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
        assertThat(StoredKeys.parse(RFC_7677).format()).isEqualTo(RFC_7677);
        assertThat(StoredKeys.parse(dovecot).format()).isEqualTo(RFC_7677);
        assertThat(StoredKeys.parse(RFC_7677).matches(Secret.of("pencil"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "pencil",
                "SCRAM-SHA-256$4096:!$WG5d:wfPL",
                "SCRAM-SHA-256$4096:W22Z$WG5d:wfPL",
                "SCRAM-SHA-256$99999999:W22Z$WG5d:wfPL"
            })
    void areRefusedWithoutShowingThem(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoredKeys.parse(text))
                .withMessageNotContaining("WG5d");
    }

    @Test
    void showNoKey() {
        assertThat(StoredKeys.parse(RFC_7677)).hasToString("SCRAM-SHA-256 keys of 4096 iterations");
    }
}
