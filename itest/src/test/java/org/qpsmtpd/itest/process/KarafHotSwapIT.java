package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link HotSwap} in the Karaf distribution, with fewer replacements. */
@Timeout(240)
class KarafHotSwapIT {
    private static final HotSwap.Extent EXTENT =
            new HotSwap.Extent(
                    Integer.getInteger("itest.karaf_swaps", 10), 8, Duration.ofSeconds(2));

    @Test
    void nothingIsLostWhileEveryPluginIsReplaced(@TempDir Path folder)
            throws IOException, InterruptedException {
        try (HotSwap swap = new HotSwap(folder, EXTENT);
                KarafServer karaf = KarafServer.unpack(folder)) {
            karaf.write("qpsmtpd/tls_before_auth", "0");
            karaf.write("qpsmtpd/plugins", swap.pluginLines().toArray(String[]::new));
            karaf.write("qpsmtpd/logging", "logging/warn 4", "swap_logging");
            karaf.environment("QPSMTPD_JAVA_OPTS", swap.javaOption());
            for (Map.Entry<String, byte[]> jar : swap.jars().entrySet()) {
                Files.write(karaf.home().resolve("deploy").resolve(jar.getKey()), jar.getValue());
            }
            karaf.start();
            swap.run(new HotSwap.Subject(karaf::connect, karaf.deploy(), karaf::logOfBundles));
        }
    }
}
