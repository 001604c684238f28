package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;

/** Start, mail, stop: on the oldest JDK we support and on the newest one this machine has. */
class JavaVersionsIT {
    private static void smoke(Map.Entry<Integer, Path> jdk) {
        try (ServerUnderTest server = Mail.server().javaHome(jdk.getValue()).start()) {
            assertThat(server.handle().info().command().orElse(""))
                    .startsWith(realPath(jdk.getValue()));
            Mail.deliver(server, "on Java " + jdk.getKey());
            assertThat(server.maildir().messages()).hasSize(1);
            assertThat(server.stop()).isZero();
            assertThat(server.log())
                    .as("what Java %s says", jdk.getKey())
                    .doesNotContain("WARNING: A ", "WARNING: sun.", "deprecated", "Exception");
        }
    }

    private static String realPath(Path path) {
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void servesOnTheOldestSupported() throws IOException {
        Path oldest = Javas.found().get(Javas.OLDEST);
        assumeTrue(oldest != null, "no JDK " + Javas.OLDEST + " in " + Javas.FOLDER);
        smoke(Map.entry(Javas.OLDEST, oldest));
    }

    @Test
    void servesOnTheNewestFound() throws IOException {
        smoke(Javas.found().lastEntry());
    }
}
