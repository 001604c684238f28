package org.qpsmtpd.dns.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemServersTest {
    @Test
    void readsNameserverLinesAndChanges(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("resolv.conf");
        SystemServers system = new SystemServers(file);
        assertThat(system.servers()).hasToString("[127.0.0.1:53]");

        Files.writeString(
                file,
                """
                # nameserver 192.0.2.9
                search example.org
                nameserver 192.0.2.1
                nameserver fe80::1%eth0
                nameserver   192.0.2.2
                options rotate
                """);
        assertThat(system.servers()).hasToString("[192.0.2.1:53, 192.0.2.2:53]");

        Files.writeString(file, "nameserver 192.0.2.3\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(system.servers()).hasToString("[192.0.2.3:53]");

        Files.delete(file);
        assertThat(system.servers()).hasToString("[192.0.2.3:53]");
    }
}
