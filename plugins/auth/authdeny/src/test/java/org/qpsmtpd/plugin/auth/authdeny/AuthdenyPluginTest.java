package org.qpsmtpd.plugin.auth.authdeny;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.testkit.FakeConnection;

class AuthdenyPluginTest {
    @Test
    void knowsNobody() {
        Credentials given = Credentials.withPassword("PLAIN", "ann", Secret.of("hidden"));
        assertThat(new AuthdenyPlugin().onAuth(FakeConnection.create(), given))
                .isEqualTo(HookResult.DECLINED.because("fail: ann is not free to abuse my relay"));
    }
}
