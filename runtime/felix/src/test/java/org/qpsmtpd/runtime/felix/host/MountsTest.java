package org.qpsmtpd.runtime.felix.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountsTest {
    private static final List<String> TABLE =
            List.of(
                    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
                    "30 21 0:25 / /tmp rw,nosuid,nodev,noexec shared:2 - tmpfs tmpfs rw",
                    "31 30 0:26 / /tmp/run rw,nosuid - tmpfs tmpfs rw",
                    "32 21 8:2 /a /srv/mail\\040server rw,noexec - ext4 /dev/sda2 rw,noexec",
                    "33 21 8:3 / /twice rw,noexec - ext4 /dev/sda3 rw",
                    "34 33 8:4 / /twice rw - ext4 /dev/sda4 rw",
                    "a line that is none");

    @ParameterizedTest
    @CsvSource({
        "/, false",
        "/tmp, true",
        "/tmp/x, true",
        "/tmpx, false",
        "/tmp/run/x, false",
        "/srv/mail server/lib, true",
        "/srv/mail, false",
        "/twice/x, false",
    })
    void forbidCodeWhereTheLongestMountSaysSo(String folder, boolean forbidden) {
        assertThat(Mounts.forbidCode(folder, TABLE)).isEqualTo(forbidden);
    }
}
