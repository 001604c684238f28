package org.qpsmtpd.console.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionTest {
    private static final Set<String> FUNCTIONS =
            Set.of("qpsmtpd:plugins", "qpsmtpd:pause", "felix:lb", "gogo:pipe");

    private final Bench bench = new Bench();
    private final Path folder;

    CompletionTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private List<String> complete(String line) {
        return new Completion(bench.servers, FUNCTIONS, folder, Optional.of(folder))
                .candidates(line, line.length());
    }

    @Test
    void namesOurCommandsFirstOfAll() {
        assertThat(complete("")).containsExactly("pause", "plugins");
        assertThat(complete("p")).containsExactly("pause", "pipe", "plugins");
        assertThat(complete("felix:")).containsExactly("felix:lb");
        assertThat(complete("status | pl")).containsExactly("plugins");
    }

    @Test
    void namesOptionsHooksAndIds() {
        bench.server.connections.add(FakeServer.connection("a.1", "x"));
        bench.server.records.add(FakeServer.session("b.2"));
        assertThat(complete("plugins --j")).containsExactly("--json");
        assertThat(complete("plugins rc"))
                .containsExactly("rcpt", "rcpt_parse", "rcpt_post", "rcpt_pre");
        assertThat(complete("kill ")).containsExactly("0:0:0:0:0:0:0:1", "a.1");
        assertThat(complete("qpsmtpd:why ")).containsExactly("a.1", "b.2");
        assertThat(complete("trace ")).containsExactly("::1", "a.1");
        assertThat(complete("lb ")).isEmpty();
    }

    @Test
    void namesFilesAndFolders() throws Exception {
        Files.createDirectories(folder.resolve("etc/qpsmtpd"));
        Files.createFile(folder.resolve("rcpthosts"));
        assertThat(complete("config r")).containsExactly("rcpthosts");
        assertThat(complete("check-config e")).containsExactly("etc/");
        assertThat(complete("check-config etc/")).containsExactly("etc/qpsmtpd/");
    }

    @Test
    void completesWhatIsBeforeTheCursor() {
        Completion completion = new Completion(bench.servers, FUNCTIONS, folder, Optional.empty());
        assertThat(completion.candidates("pa xyz", 2)).containsExactly("pause");
        assertThat(completion.candidates("pause", -1)).containsExactly("pause", "plugins");
    }
}
