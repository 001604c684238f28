package org.qpsmtpd.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    private static final Secret TANSTAAF = Secret.of("tanstaaftanstaaf");

    private static Credentials ofRfc2195() {
        return Credentials.withDigest(
                "tim",
                "<1896.697170952@postoffice.reston.mci.net>".getBytes(StandardCharsets.US_ASCII),
                HexFormat.of().parseHex("b913a602c7eda7a495b4e6e7334d3890"));
    }

    @Test
    void proveAPassword() {
        Credentials given = Credentials.withPassword("PLAIN", "tim", Secret.of("pässwörd"));
        assertThat(given.prove(Secret.of("pässwörd"))).isTrue();
        assertThat(given.prove(Secret.of("pässword"))).isFalse();
        assertThat(given.prove(Secret.of(""))).isFalse();
    }

    @Test
    void proveADigest() {
        assertThat(ofRfc2195().prove(TANSTAAF)).isTrue();
        assertThat(ofRfc2195().prove(Secret.of("tanstaaf"))).isFalse();
        assertThat(ofRfc2195().prove(Secret.of(""))).isFalse();
        assertThat(ofRfc2195().hasPassword()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> ofRfc2195().password());
    }

    @Test
    void showNothingSecret() {
        Credentials given = Credentials.withPassword("PLAIN", "tim", Secret.of("hidden"));
        BearerToken token = new BearerToken("XOAUTH2", "tim", Secret.of("hidden"), "", 0);
        assertThat(given.toString() + given.password() + ofRfc2195() + token)
                .doesNotContain("hidden")
                .doesNotContain("b913a602");
    }

    @Test
    void cannotBeReadWhenTheAttemptIsOver() {
        Credentials given = Credentials.withPassword("PLAIN", "tim", Secret.of("hidden"));
        char[] taken = given.password().characters();
        given.wipe();
        assertThat(taken).containsExactly("hidden".toCharArray());
        assertThat(given.password().length()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> given.password().octets());
        assertThatIllegalStateException().isThrownBy(() -> given.prove(Secret.of("hidden")));
    }
}
