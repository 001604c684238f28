package org.qpsmtpd.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileUrlTest {
    @ParameterizedTest
    @CsvSource({
        "file:/srv/mail%20server/etc/a%23b.cfg, /srv/mail server/etc/a#b.cfg",
        "file:///srv/etc/a.cfg, /srv/etc/a.cfg",
        "file:/srv/mail server/a.cfg, /srv/mail server/a.cfg",
        "file:relative.cfg, relative.cfg",
        "/srv/a%20b, /srv/a%20b",
    })
    void isThePathAsAnAdministratorWritesIt(String name, String path) {
        assertThat(FileUrl.path(name)).isEqualTo(path);
    }
}
