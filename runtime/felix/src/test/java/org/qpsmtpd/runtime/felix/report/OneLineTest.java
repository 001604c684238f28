package org.qpsmtpd.runtime.felix.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

final class OneLineTest {
    @Test
    void showsControlCharacters() {
        assertThat(OneLine.of("a\r\nb\u001b\u0085\u2029ü"))
                .isEqualTo("a\\x0d\\x0ab\\x1b\\x85\\x2029ü");
    }

    @Test
    void saysWhatHappenedToAFile() {
        assertThat(OneLine.reason(new AccessDeniedException("/x")))
                .isEqualTo("/x: permission denied");
        assertThat(OneLine.reason(new NoSuchFileException("/x")))
                .isEqualTo("/x: no such file or folder");
        assertThat(OneLine.reason(new FileAlreadyExistsException("/x")))
                .isEqualTo("/x: there is a file in its place");
    }

    @Test
    void fallsBackToTheType() {
        assertThat(OneLine.reason(new IOException("disk full"))).isEqualTo("disk full");
        assertThat(OneLine.reason(new IOException(" "))).isEqualTo("IOException");
        assertThat(OneLine.reason(new IOException())).isEqualTo("IOException");
    }
}
