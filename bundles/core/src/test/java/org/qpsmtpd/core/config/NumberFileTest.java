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
        "DATABYTES, 25M, 26214400",
        "DATABYTES, 25m, 26214400",
        "DATABYTES, 2G, 2147483648",
        "DATABYTES, 0K, 0",
        "SIZE_THRESHOLD, 64k, 65536"
    })
    void readsSizesWithAUnit(NumberFile file, String text, long number) throws IOException {
        assertThat(read(file, text)).isEqualTo(number);
        assertThat(file.fault(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "DATABYTES, M",
        "DATABYTES, 25MB",
        "DATABYTES, 25 M",
        "DATABYTES, 1.5G",
        "DATABYTES, 9999999999G",
        "RCPTMAX, 1K",
        "TIMEOUT, 20M"
    })
    void takesNothingElseForANumber(NumberFile file, String text) throws IOException {
        assertThat(read(file, text)).isEqualTo(1000);
        assertThat(file.fault(text)).isPresent();
    }

    private long read(NumberFile file, String text) throws IOException {
        Files.writeString(directory.resolve(file.file()), text + "\n");
        return file.of(
                new ConfigDirectory(List.of(directory), new LogRouter(new StreamLog(System.err))),
                1000);
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
        assertThat(read(file, text)).isEqualTo(number);
        boolean taken = text.equals(Long.toString(number));
        assertThat(file.fault(text).isEmpty()).isEqualTo(taken);
    }
}
