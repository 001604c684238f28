package org.qpsmtpd.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostStateTest {
    private final Path data;
    private final String pid = Long.toString(ProcessHandle.current().pid());

    HostStateTest(@TempDir Path data) {
        this.data = data;
    }

    @Test
    void tellsHowFarEachServerIs() {
        HostState state = new HostState(data.toString());
        Path file = data.resolve("qpsmtpd/servers");
        state.starting("one");
        state.starting("two");
        assertThat(file).hasContent(pid + " one starting\n" + pid + " two starting\n");
        state.accepting("one");
        state.failed("two", "cannot listen:\n in use");
        assertThat(file)
                .hasContent(pid + " one accepting\n" + pid + " two failed: cannot listen: in use");
        state.ended("one");
        state.ended("two");
        assertThat(file).isEmptyFile();
    }

    @Test
    void writesNothingForAHostWithoutAFolder() {
        HostState state = new HostState(null);
        state.starting("one");
        assertThat(data).isEmptyDirectory();
    }
}
