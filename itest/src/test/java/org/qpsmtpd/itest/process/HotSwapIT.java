package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;

/**
 * {@link HotSwap} in the Felix distribution.
 *
 * <p>System properties: {@code itest.swaps}, how many replacements (100), {@code itest.clients}
 * (24), {@code itest.quiet_seconds}, how long each stretch without replacements lasts (3).
 */
class HotSwapIT {
    private static final HotSwap.Extent EXTENT =
            new HotSwap.Extent(
                    Integer.getInteger("itest.swaps", 100),
                    Integer.getInteger("itest.clients", 24),
                    Duration.ofSeconds(Integer.getInteger("itest.quiet_seconds", 3)));

    @Test
    void nothingIsLostWhileEveryPluginIsReplaced(@TempDir Path folder)
            throws IOException, InterruptedException {
        try (HotSwap swap = new HotSwap(folder, EXTENT);
                ServerUnderTest server = start(swap)) {
            swap.run(new HotSwap.Subject(server::connect, DeployFolder.of(server), server::log));
        }
    }

    private static ServerUnderTest start(HotSwap swap) {
        ServerUnderTest.Builder builder =
                ServerUnderTest.builder()
                        .plugins(swap.pluginLines().toArray(String[]::new))
                        .file("logging", "logging/warn 4", "swap_logging")
                        .file("tls_before_auth", "0")
                        .environment("QPSMTPD_JAVA_OPTS", swap.javaOption());
        swap.jars().forEach(builder::deployed);
        return builder.start();
    }
}
