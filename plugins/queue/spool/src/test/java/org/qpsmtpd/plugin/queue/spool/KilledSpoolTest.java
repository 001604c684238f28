package org.qpsmtpd.plugin.queue.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A spool that is killed again and again while the next hop comes and goes loses nothing. */
class KilledSpoolTest {
    private static final int KILLS = Integer.getInteger("spool.kills", 50);
    private static final int MOST = 30;

    private final Path folder;
    private final Set<Integer> acknowledged = new HashSet<>();

    KilledSpoolTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    @Timeout(600)
    void handsOnWhateverItAcknowledged() throws Exception {
        Random random = new Random(1);
        try (CountingHop hop = new CountingHop()) {
            for (int kill = 0; kill < KILLS; kill++) {
                hop.setUp(kill % 2 == 0);
                spoolAndKillAfter(1 + random.nextInt(MOST), hop, kill * MOST);
            }
            hop.setUp(true);
            SpoolPlugin plugin = Spooler.plugin(folder, hop.port());
            try {
                Spooling.await(
                        "all that was acknowledged",
                        () -> hop.taken().keySet().containsAll(acknowledged));
                Spooling.await("an empty spool", () -> Spooling.figure(plugin, "messages") == 0);
            } finally {
                plugin.close();
            }
            assertThat(hop.broken()).isEmpty();
            assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(KILLS);
            // Only what was being handed on when the spool was killed can have come twice.
            long twice = hop.taken().values().stream().mapToInt(times -> times - 1).sum();
            assertThat(twice).isLessThanOrEqualTo(8L * KILLS);
        }
    }

    private void spoolAndKillAfter(int count, CountingHop hop, int first) throws Exception {
        Process spooler =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xshare:auto",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Spooler.class.getName(),
                                folder.toString(),
                                Integer.toString(hop.port()),
                                Integer.toString(first))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        int seen = 0;
        try (BufferedReader lines = spooler.inputReader()) {
            String line = lines.readLine();
            while (line != null) {
                acknowledged.add(Integer.valueOf(line));
                seen++;
                if (seen == count) {
                    spooler.toHandle().destroyForcibly(); // leaves the output readable
                    hop.setUp(!isUpNext(first));
                }
                line = lines.readLine();
            }
        } finally {
            spooler.destroyForcibly().waitFor();
        }
    }

    private static boolean isUpNext(int first) {
        return first / MOST % 3 == 0;
    }
}
