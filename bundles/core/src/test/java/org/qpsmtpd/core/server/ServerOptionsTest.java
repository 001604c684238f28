package org.qpsmtpd.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerOptionsTest {
    private static final String PREFIX = "org.qpsmtpd.";

    private static ServerOptions options(Map<String, String> given) {
        return ServerOptions.of(name -> given.get(name));
    }

    @Test
    void looksHostNamesUpUnlessToldNotTo() {
        assertThat(options(Map.of()).noRdns()).isFalse();
        assertThat(options(Map.of(PREFIX + "no_rdns", "true")).noRdns()).isTrue();
    }

    /** The samples of the distribution accept mail for a domain that is nobody's. */
    @Test
    void leavesTheSamplesAloneWhenADirectoryIsNamed() {
        Map<String, String> home = Map.of(PREFIX + "home", "/opt/qpsmtpd");
        Map<String, String> named =
                Map.of(PREFIX + "home", "/opt/qpsmtpd", PREFIX + "config_dir", "/etc/qpsmtpd");

        assertThat(options(home).configDirectories())
                .containsExactly(Path.of("/opt/qpsmtpd/config"), ServerOptions.qmailDirectory());
        assertThat(options(named).configDirectories())
                .containsExactly(Path.of("/etc/qpsmtpd"), ServerOptions.qmailDirectory());
    }
}
