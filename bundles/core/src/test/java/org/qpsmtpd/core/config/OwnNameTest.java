package org.qpsmtpd.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.log.StreamLog;

class OwnNameTest {
    private final Path directory;
    private final Path kernel;

    OwnNameTest(@TempDir Path directory) {
        this.directory = directory;
        kernel = directory.resolve("hostname");
    }

    private ConfigDirectory config() {
        LogRouter log = new LogRouter(new StreamLog(System.err));
        return new ConfigDirectory(
                List.of(directory), log, new OwnName(() -> HostName.read(kernel)));
    }

    @Test
    void isTheKernelsThoughNothingResolvesIt() throws IOException {
        Files.writeString(kernel, "mx.nowhere.invalid\n");
        assertThat(config().value("me")).contains("mx.nowhere.invalid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "(none)\n"})
    void isLocalhostWhereTheKernelHasNone(String content) throws IOException {
        Files.writeString(kernel, content);
        assertThat(config().value("me")).contains("localhost");
    }

    @Test
    void isNoticedWhenItChanges() throws IOException {
        Files.writeString(kernel, "one.test\n");
        ConfigDirectory config = config();
        List<String> told = new ArrayList<>();
        config.onChange(told::add);
        config.refresh();
        assertThat(told).isEmpty();
        long before = config.version();
        Files.writeString(kernel, "two.test\n");
        config.refresh();
        assertThat(told).containsExactly("me");
        assertThat(config.version()).isNotEqualTo(before);
        assertThat(config.value("me")).contains("two.test");
    }
}
