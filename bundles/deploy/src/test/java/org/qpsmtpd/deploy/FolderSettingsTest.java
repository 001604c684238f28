package org.qpsmtpd.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FolderSettingsTest {
    private static FolderSettings of(Map<String, String> properties) {
        return FolderSettings.of(properties::get);
    }

    @Test
    void hasTheFoldersOfTheDistribution() {
        FolderSettings settings = of(Map.of("org.qpsmtpd.home", "/srv/qpsmtpd"));

        assertThat(settings.folder()).isEqualTo(Path.of("/srv/qpsmtpd/deploy"));
        assertThat(settings.configDirectories()).containsExactly(Path.of("/srv/qpsmtpd/config"));
        assertThat(settings.inKaraf()).isFalse();
    }

    @Test
    void leavesTheFolderOfAHostAlone() {
        FolderSettings settings = of(Map.of("karaf.base", "/srv/karaf", "karaf.etc", "/etc/karaf"));

        assertThat(settings.folder()).isEqualTo(Path.of("/srv/karaf/deploy-qpsmtpd"));
        assertThat(settings.configDirectories()).containsExactly(Path.of("/etc/karaf/qpsmtpd"));
        assertThat(settings.inKaraf()).isTrue();
    }

    @Test
    void takesTheFolderThatItIsTold() {
        FolderSettings settings =
                of(
                        Map.of(
                                "karaf.base", "/srv/karaf",
                                "karaf.etc", "/srv/karaf/etc",
                                "org.qpsmtpd.deploy_dir", "/srv/karaf/deploy"));

        assertThat(settings.folder()).isEqualTo(Path.of("/srv/karaf/deploy"));
    }
}
