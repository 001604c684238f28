package org.qpsmtpd.core.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PluginConfigurationTest {
    private static PluginConfiguration from(String place) {
        return new PluginConfiguration("help", "one", Map.of(), new ServerNames(List.of()), place);
    }

    @Test
    void knowsTheFolderOfItsFile() {
        Path deploy = Path.of("/srv/karaf/deploy");
        assertThat(from("/srv/karaf/deploy/help-one.cfg").isFrom(deploy)).isTrue();
        assertThat(from("/srv/karaf/etc/help-one.cfg").isFrom(deploy)).isFalse();
        assertThat(from("/srv/karaf/deploy/more/help-one.cfg").isFrom(deploy)).isFalse();
        assertThat(from("/srv/karaf/deploy2/help-one.cfg").isFrom(deploy)).isFalse();
        assertThat(from("configuration help~one").isFrom(deploy)).isFalse();
    }
}
