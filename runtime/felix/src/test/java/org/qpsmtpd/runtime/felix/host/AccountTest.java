package org.qpsmtpd.runtime.felix.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.qpsmtpd.runtime.felix.report.StartFailure;

final class AccountTest {
    @Test
    void readsTheUserDatabase() throws StartFailure {
        Account root = Account.named("root");
        assertThat(root.uid()).isZero();
        assertThat(root.gid()).isZero();
        assertThat(root.group()).isEqualTo("root");
        assertThat(root.groups()).contains(0);
        assertThat(root.home()).startsWith("/");
    }

    @Test
    void namesAnUnknownUser() {
        assertThatThrownBy(() -> Account.named("no-such-user"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("there is no user no-such-user");
    }
}
