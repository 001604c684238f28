package org.qpsmtpd.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.log.LogRouter;

class ServerFoldersTest {
    private final Path home;

    ServerFoldersTest(@TempDir Path home) {
        this.home = home;
    }

    @Test
    void aPluginKeepsItsFolder() throws IOException {
        Path first = folders().state("queue/spool");
        Files.writeString(first.resolve("kept"), "x");

        assertThat(folders().state("queue/spool").resolve("kept")).hasContent("x");
        assertThat(first).isEqualTo(home.resolve("var/state/queue/spool"));
        for (String each : List.of("", "queue", "queue/spool")) {
            Path folder = home.resolve("var/state").resolve(each);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .as(folder.toString())
                    .isEqualTo("rwx------");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/..", "/etc", "a/b/c", "a b", ".hidden", "a/"})
    void aNameLeadsNowhereElse(String owner) {
        assertThatThrownBy(() -> folders().state(owner))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + owner + "'");
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        Path state = Files.createDirectories(home.resolve("var/state"));
        Files.createSymbolicLink(state.resolve("karma"), Files.createDirectory(home.resolve("x")));

        assertThatThrownBy(() -> folders().state("karma"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(state.resolve("karma").toString())
                .hasMessageContaining("of karma cannot be used");
    }

    private ServerFolders folders() {
        ServerOptions options = ServerOptions.of(Map.of("org.qpsmtpd.home", home.toString())::get);
        return new ServerFolders(
                options,
                new ConfigDirectory(options.configDirectories(), new LogRouter(line -> {}, "")));
    }
}
