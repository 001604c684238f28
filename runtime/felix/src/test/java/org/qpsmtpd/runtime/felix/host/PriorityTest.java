package org.qpsmtpd.runtime.felix.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.qpsmtpd.runtime.felix.report.StartFailure;

final class PriorityTest {
    @Test
    void lowersByTheNumberGiven() throws StartFailure {
        Priority priority = Priority.from(0, 5, false);
        assertThat(priority.lowered()).isEqualTo(-5);
        assertThat(priority.original()).isZero();
        assertThat(priority.changes()).isTrue();
    }

    @Test
    void changesNothingForZero() throws StartFailure {
        assertThat(Priority.from(7, 0, true).changes()).isFalse();
    }

    @Test
    void reachesTheLeastNiceValue() throws StartFailure {
        assertThat(Priority.from(0, 20, true).lowered()).isEqualTo(-20);
    }

    @Test
    void refusesToGoFurtherWhenAsked() {
        assertThatThrownBy(() -> Priority.from(0, 21, true))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("--renice-parent: 21")
                .hasMessageContaining("-20 to 19");
    }

    @Test
    void goesAsFarAsItCanByDefault() throws StartFailure {
        assertThat(Priority.from(-18, 5, false).lowered()).isEqualTo(-20);
    }

    @Test
    void readsTheNiceValueBehindANameWithBlanksAndBrackets() {
        String stat = "42 (a ) b) S 1 42 42 0 -1 4194560 9 9 9 9 9 9 9 9 25 -7 1 0";
        assertThat(Priority.niceValue(stat)).isEqualTo(-7);
    }
}
