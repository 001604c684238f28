package org.qpsmtpd.maildir;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FileNamesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.000042Z");

    @Test
    void saysTimeProcessAndHost() {
        assertThat(new FileNames("mx.example.org").next(NOW))
                .matches(
                        "1767225600\\.P"
                                + ProcessHandle.current().pid()
                                + "M42Q[0-9]+\\.mx\\.example\\.org");
    }

    @Test
    void neverRepeatsItself() {
        FileNames names = new FileNames("host");
        assertThat(names.next(NOW)).isNotEqualTo(names.next(NOW));
        assertThat(names.next(NOW)).isNotEqualTo(new FileNames("host").next(NOW));
    }

    @Test
    void replacesWhatAFileNameMustNotHold() {
        assertThat(new FileNames("a/b:c d\u00fc").next(NOW)).endsWith(".a\\057b\\072c_d_");
        assertThat(new FileNames("").next(NOW)).endsWith(".localhost");
    }

    @Test
    void knowsTheNameOfThisMachine() {
        assertThat(FileNames.ofThisMachine().next(NOW)).matches("[0-9]+\\.P[0-9]+M42Q[0-9]+\\..+");
    }
}
