package org.qpsmtpd.core.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.auth.SaslStep.Kind;

final class ExternalMechanismTest {
    private final KnownUsers users = new KnownUsers();

    private SaslStep say(String message) {
        SaslExchange exchange = new ExternalMechanism().begin(users);
        return exchange.respond(message.getBytes(UTF_8)).toCompletableFuture().join();
    }

    @Test
    void isWhoTheCertificateSays() {
        users.certified("ann@example.com");

        for (String message : List.of("", "ann@example.com")) {
            assertThat(say(message).kind()).isEqualTo(Kind.SUCCESS);
            assertThat(say(message).user()).isEqualTo("ann@example.com");
        }
        assertThat(users.asked()).isEqualTo("ann@example.com");
    }

    @Test
    void isNobodyElse() {
        users.certified("ann@example.com");

        assertThat(say("bob@example.com").kind()).isEqualTo(Kind.FAILURE);
        assertThat(say("Ann@example.com").kind()).isEqualTo(Kind.FAILURE);
        assertThat(say("ann\0").kind()).isEqualTo(Kind.MALFORMED);
        assertThat(say("x".repeat(256)).kind()).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void needsACertificateThatIsKnown() {
        assertThat(say("").kind()).isEqualTo(Kind.FAILURE);
        assertThat(say("ann@example.com").kind()).isEqualTo(Kind.FAILURE);
    }

    @Test
    void mayBeRefusedBefore() {
        users.certified("ann@example.com");
        users.refusing(HookResult.DENYSOFT.because("slow down"));
        assertThat(say("").kind()).isEqualTo(Kind.DEFERRED);
        users.refusing(HookResult.DENY);
        assertThat(say("").kind()).isEqualTo(Kind.FAILURE);
    }
}
