package org.qpsmtpd.core.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.core.chain.PluginFault;

class PathOptionsTest {
    private final Path site;
    private final PathOptions paths;

    PathOptionsTest(@TempDir Path site) throws IOException {
        this.site = site;
        paths = PathOptions.of(List.of("path"), Files.createDirectory(site.resolve("config")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"~/mail", "~user/mail", "$HOME/mail", "/var/$USER", "'/var/mail'", "\"a"})
    void refusesWhatOnlyAShellReads(String text) throws PluginFault {
        assertThatThrownBy(() -> paths.resolved("path", text))
                .isInstanceOf(PluginFault.class)
                .hasMessageStartingWith("option 'path': '" + text + "' is written for a shell");
        assertThat(paths.resolved("another", text)).isEqualTo(text);
    }

    /** Sites write ssl/cert.pem, as seen from the folder that holds config. */
    @Test
    void looksInAndBesideTheConfigurationDirectory() throws Exception {
        assertThat(paths.resolved("path", "ssl/cert.pem")).isEqualTo("ssl/cert.pem");
        Path beside = put(site.resolve("ssl/cert.pem"));
        assertThat(paths.resolved("path", "ssl/cert.pem")).isEqualTo(beside.toString());
        Path within = put(site.resolve("config/ssl/cert.pem"));
        assertThat(paths.resolved("path", "ssl/cert.pem")).isEqualTo(within.toString());
        assertThat(paths.resolved("path", "/etc/cert.pem")).isEqualTo("/etc/cert.pem");
        assertThat(paths.resolved("path", "")).isEmpty();
    }

    private static Path put(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "");
    }
}
