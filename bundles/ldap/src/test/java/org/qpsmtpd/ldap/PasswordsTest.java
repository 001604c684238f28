package org.qpsmtpd.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.auth.Secret;

class PasswordsTest {
    private static final String BASE = "dc=ours,dc=test";
    private static final String ANN = "uid=ann," + BASE;

    private final InMemoryDirectoryServer server;
    private final DirectorySettings settings;

    PasswordsTest() throws LDAPException {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
        config.addAdditionalBindCredentials(ANN, "right");
        config.setSchema(null);
        server = new InMemoryDirectoryServer(config);
        server.startListening();
        settings =
                new DirectorySettings(
                        List.of("ldap://127.0.0.1:" + server.getListenPort()),
                        "",
                        "",
                        false,
                        "",
                        2,
                        20_000);
    }

    @AfterEach
    void stop() {
        server.shutDown(true);
    }

    @Test
    void areTakenOrNot() throws DirectoryException {
        try (Passwords passwords = new Passwords("test", settings)) {
            for (int again = 0; again < 4; again++) {
                assertThat(passwords.matches(ANN, Secret.of("right"))).isTrue();
                assertThat(passwords.matches(ANN, Secret.of("wrong"))).isFalse();
            }
            assertThat(passwords.matches("uid=bob," + BASE, Secret.of("right"))).isFalse();
        }
    }

    /** A directory takes an empty one for nobody's. */
    @Test
    void anEmptyOneIsNeverTaken() throws DirectoryException {
        try (Passwords passwords = new Passwords("test", settings)) {
            assertThat(passwords.matches(ANN, Secret.of(""))).isFalse();
            assertThat(passwords.matches("", Secret.of("right"))).isFalse();
        }
    }

    @Test
    void cannotBeToldWithoutServer() {
        server.shutDown(true);
        try (Passwords passwords = new Passwords("test", settings)) {
            assertThatThrownBy(() -> passwords.matches(ANN, Secret.of("right")))
                    .isInstanceOfSatisfying(
                            DirectoryException.class, e -> assertThat(e.isDown()).isTrue())
                    .message()
                    .doesNotContain("right");
        }
    }
}
