package org.qpsmtpd.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.log.StreamLog;

class NumberFileTest {
    private final Path directory;

    NumberFileTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @ParameterizedTest
    @CsvSource({
        "RCPTMAX, 100, 100",
        "RCPTMAX, 99, 100",
        "RCPTMAX, 100001, 100000",
        "RCPTMAX, many, 1000",
        "TIMEOUT, -3, 1",
        "IPV6_PREFIX, 0, 32",
        "IPV6_PREFIX, 129, 128",
        "DATABYTES, 5000000000, 5000000000",
        "DATABYTES, -1, 0"
    })
    void bringsTheNumberIntoItsRange(NumberFile file, String text, long number) throws IOException {
        Files.writeString(directory.resolve(file.file()), text + "\n");
        ConfigDirectory config =
                new ConfigDirectory(List.of(directory), new LogRouter(new StreamLog(System.err)));

        assertThat(file.of(config, 1000)).isEqualTo(number);
        boolean taken = text.equals(Long.toString(number));
        assertThat(file.fault(text).isEmpty()).isEqualTo(taken);
    }
}
