package org.qpsmtpd.runtime.felix.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BundlesTest {
    private final Path directory;
    private final Home home;

    BundlesTest(@TempDir Path directory) {
        this.directory = directory;
        home = new Home(directory, directory.resolve("config"), directory.resolve("deploy"));
    }

    @BeforeEach
    void configure() throws IOException {
        Files.createDirectory(home.config());
        Files.createDirectory(home.deploy());
        Files.writeString(
                home.config().resolve("plugins"),
                "# help\n rcpt_ok\nqueue/smtp-forward 127.0.0.1 25\nident/geoip:two a\n");
        Files.writeString(home.config().resolve("logging"), "\uFEFFlogging/file loglevel 6 x\n");
    }

    @Test
    void startsThePluginsThatAreNamed() {
        Bundles bundles = Bundles.few(home);
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.rcptok-1.0.0.jar")).isTrue();
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.queue.smtpforward-1.0.0.jar"))
                .isTrue();
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.ident.geoip-1.0.0.jar")).isTrue();
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.logging.file-1.0.0.jar")).isTrue();
        assertThat(bundles.includesPlugin("org.example.own-1.0.0.jar")).isTrue();
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.help-1.0.0.jar")).isFalse();
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.rcpt-1.0.0.jar")).isFalse();
    }

    @Test
    void startsEveryPluginWhenOtherFilesMayNameSome() throws IOException {
        Files.writeString(home.config().resolve("more"), "$include /etc/elsewhere\n");
        assertThat(Bundles.few(home).includesPlugin("org.qpsmtpd.plugin.help-1.0.0.jar")).isTrue();
    }

    @Test
    void readsTheConfigurationOfTheDistributionToo() throws IOException {
        Path own = Files.createDirectory(directory.resolve("own"));
        Files.writeString(own.resolve("plugins"), "help\n");
        Bundles bundles = Bundles.few(new Home(directory, own, home.deploy()));
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.help-1.0.0.jar")).isTrue();
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.rcptok-1.0.0.jar")).isTrue();
    }

    @Test
    void watchesTheDeployFolderOnlyWhenThereIsSomethingInIt() throws IOException {
        assertThat(Bundles.few(home).includesLibrary("org.qpsmtpd.deploy-1.0.0.jar")).isFalse();
        assertThat(Bundles.few(home).includesLibrary("org.qpsmtpd.api-1.0.0.jar")).isTrue();
        Files.createFile(home.deploy().resolve("own.jar"));
        assertThat(Bundles.few(home).includesLibrary("org.qpsmtpd.deploy-1.0.0.jar")).isTrue();
        assertThat(Bundles.all().includesLibrary("org.qpsmtpd.deploy-1.0.0.jar")).isTrue();
    }

    @Test
    void startsThePluginThatAFileInTheDeployFolderConfigures() throws IOException {
        Files.createFile(home.deploy().resolve("count_unrecognized_commands-strict.cfg"));
        Bundles bundles = Bundles.few(home);
        assertThat(bundles.includesLibrary("org.qpsmtpd.deploy-1.0.0.jar")).isTrue();
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.countunrecognizedcommands-1.0.0.jar"))
                .isTrue();
        assertThat(bundles.includesPlugin("org.qpsmtpd.plugin.help-1.0.0.jar")).isFalse();
    }
}
