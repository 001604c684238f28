package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.api.session.Naughty;
import org.qpsmtpd.api.session.NoteKey;

class FakeConnectionTest {
    @Test
    void isWhatItWasToldToBe() {
        FakeConnection connection =
                FakeConnection.from("2001:db8::1")
                        .relaying()
                        .withEhlo("mail.example.org")
                        .withRemoteHost("host.example.org")
                        .withAuth("user", "PLAIN")
                        .withTls("TLSv1.3", "TLS_AES_256_GCM_SHA384");

        assertThat(connection.remoteIp()).isEqualTo("2001:db8::1");
        assertThat(connection.isRelayClient()).isTrue();
        assertThat(connection.hello()).isEqualTo(Hello.EHLO);
        assertThat(connection.helloHost()).isEqualTo("mail.example.org");
        assertThat(connection.remoteInfo()).isEqualTo("host.example.org");
        assertThat(connection.authUser()).isEqualTo("user");
        assertThat(connection.authMechanism()).isEqualTo("PLAIN");
        assertThat(connection.tls())
                .hasValueSatisfying(t -> assertThat(t.protocol()).endsWith("3"));
    }

    @Test
    void givesMappedAddressesAsIpv4() {
        FakeConnection connection = FakeConnection.from("::ffff:127.0.0.1");

        assertThat(connection.remoteIp()).isEqualTo("127.0.0.1");
        assertThat(connection.isLocalhost()).isTrue();
    }

    @Test
    void recordsKarma() {
        FakeConnection connection = FakeConnection.create();

        connection.adjustKarma(-1);
        connection.adjustKarma(-2);

        assertThat(connection.karma()).isEqualTo(-3);
    }

    @Test
    void recordsAuthenticationResults() {
        FakeConnection connection = FakeConnection.create();

        connection.addAuthenticationResult(AuthenticationResult.of("spf", "pass").because("x"));

        assertThat(connection.authenticationResults()).containsExactly("spf=pass reason=\"x\"");
    }

    @Test
    void forgetsItsNaughtyMark() {
        FakeConnection connection = FakeConnection.create().withNaughty(Action.DENY, "(x) bad");
        assertThat(connection.naughty()).contains(new Naughty("(x) bad", Action.DENY));

        connection.clearNaughty();

        assertThat(connection.naughty()).isEmpty();
    }

    @Test
    void answersQuestionsForInputInOrder() {
        FakeConnection connection = FakeConnection.create().stayingSilent().speakingEarly();

        assertThat(connection.awaitInput(Duration.ofSeconds(1))).isCompletedWithValue(false);
        assertThat(connection.awaitInput(Duration.ofSeconds(2))).isCompletedWithValue(true);
        assertThat(connection.awaited())
                .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void refusesUnexpectedQuestionsForInput() {
        FakeConnection connection = FakeConnection.create();

        assertThatThrownBy(() -> connection.awaitInput(Duration.ofSeconds(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("speakingEarly()");
    }

    @Test
    void immunityOfASenderIsThatOfTheTransaction() {
        FakeConnection connection = FakeConnection.create();
        FakeTransaction transaction = FakeTransaction.on(connection);
        assertThat(transaction.isImmune()).isFalse();

        transaction.notes().put(NoteKey.WHITELIST_SENDER, "because");

        assertThat(transaction.isImmune()).isTrue();
        assertThat(connection.isImmune()).isFalse();
    }
}
