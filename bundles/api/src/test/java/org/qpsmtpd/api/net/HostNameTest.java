package org.qpsmtpd.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class HostNameTest {
    @ParameterizedTest
    @CsvSource({"mx.nowhere.invalid, mx.nowhere.invalid", "'', localhost", "(none), localhost"})
    void isWhatTheFileSays(String content, String name, @TempDir Path directory)
            throws IOException {
        Path file = Files.writeString(directory.resolve("hostname"), content + "\n");

        assertThat(HostName.read(file)).isEqualTo(name);
    }

    @Test
    void isLookedUpWhereThereIsNoFile(@TempDir Path directory) {
        assertThat(HostName.read(directory.resolve("hostname"))).isNotEmpty();
        assertThat(HostName.ofThisMachine()).isNotEmpty();
    }
}
