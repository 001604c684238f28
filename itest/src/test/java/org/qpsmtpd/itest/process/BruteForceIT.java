package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** Those who guess passwords: how many guesses they have, and what they learn of who is there. */
@Timeout(300)
class BruteForceIT {
    private static final String ANN = "ann@example.com";
    private static final String PASSWORD = "pencil";

    /** That password by bcrypt, of a low cost. */
    private static final String HASH =
            "$2y$05$ghczntVOv..4Bm9J2qxqielijzqQkseZthFPEbjy2.yVfXmgfaK22";

    private static final int ADDRESSES = 50;
    private static final int GUESSERS = 10;
    private static final int BLOCK_AFTER = 10;

    /** The server ends a connection at the fifth failure. */
    private static final int TRIES_A_CONNECTION = 4;

    private static final int SAMPLES = 2_000;

    /** So many deviations chance brings about once in 30,000 runs. */
    private static final double TELLING = 4;

    private static ServerUnderTest server(Path folder, String... brake) {
        List<String> plugins = new ArrayList<>(List.of(brake));
        plugins.addAll(List.of("auth/auth_flat_file", "rcpt_ok", "queue/maildir MAIL"));
        return ServerUnderTest.builder()
                .plugins(plugins.toArray(String[]::new))
                .file("logging", "logging/warn 5")
                .file("store", "file " + folder.resolve("store"))
                .file("tls_before_auth", "0")
                .file("flat_auth_pw", ANN + ":" + HASH, "bob@example.com:" + HASH)
                .start();
    }

    private static SmtpDialogue from(ServerUnderTest server, int third, int last) {
        SmtpDialogue client =
                SmtpDialogue.from(Loopback.client(third, last), Loopback.v4(1, server.port()));
        client.hello();
        return client;
    }

    private static String proof(String user, String password) {
        byte[] octets = ("\0" + user + "\0" + password).getBytes(US_ASCII);
        return "AUTH PLAIN " + Base64.getEncoder().encodeToString(octets);
    }

    /** Guesses from an address until that is told to come later; how often it was let try. */
    private static int guess(ServerUnderTest server, int address) {
        int tried = 0;
        while (tried < 10 * BLOCK_AFTER) {
            try (SmtpDialogue client = from(server, 1, address)) {
                for (int i = 0; i < TRIES_A_CONNECTION; i++) {
                    String user = "user" + address + "." + tried + "@example.com";
                    if (client.command(proof(user, "wrong" + tried)).code() == 454) {
                        return tried;
                    }
                    tried++;
                }
            }
        }
        return tried;
    }

    private static List<Integer> guessFromAll(ServerUnderTest server)
            throws InterruptedException, ExecutionException {
        ExecutorService guessers = Executors.newFixedThreadPool(GUESSERS);
        try {
            List<Future<Integer>> guesses = new ArrayList<>();
            for (int i = 1; i <= ADDRESSES; i++) {
                int address = i;
                guesses.add(guessers.submit(() -> guess(server, address)));
            }
            List<Integer> tries = new ArrayList<>();
            for (Future<Integer> guess : guesses) {
                tries.add(guess.get());
            }
            return tries;
        } finally {
            guessers.shutdownNow();
        }
    }

    private static void annSends(ServerUnderTest server) {
        try (SmtpDialogue client = from(server, 2, 2)) {
            client.send(proof(ANN, PASSWORD)).expect(235);
            client.envelope(ANN, "someone@elsewhere.test");
            assertThat(client.data(Mail.message("meanwhile")).code()).isEqualTo(250);
        }
    }

    @Test
    void eachAddressHasFewGuessesAndOthersAreServed(@TempDir Path folder) throws Exception {
        try (ServerUnderTest server =
                server(folder, "auth/auth_brake delay 0 block_after " + BLOCK_AFTER)) {
            ExecutorService attack = Executors.newSingleThreadExecutor();
            try {
                Future<List<Integer>> tries = attack.submit(() -> guessFromAll(server));
                int served = 0;
                while (!tries.isDone() || served < 10) {
                    annSends(server);
                    served++;
                }
                assertThat(tries.get()).hasSize(ADDRESSES).allMatch(count -> count == BLOCK_AFTER);
                assertThat(server.maildir().messages()).hasSize(served);
            } finally {
                attack.shutdownNow();
            }
            isFlat(server);
        }
    }

    /** What goes on to be refused leaves nothing behind. */
    private static void isFlat(ServerUnderTest server) throws Exception {
        refusedAgain(server);
        long before = LiveHeap.of(server.pid());
        for (int i = 0; i < 10; i++) {
            refusedAgain(server);
        }
        assertThat((double) LiveHeap.of(server.pid())).as("live heap").isLessThan(1.2 * before);
    }

    private static void refusedAgain(ServerUnderTest server) throws Exception {
        assertThat(guessFromAll(server)).allMatch(count -> count == 0);
    }

    /**
     * Compares by ranks (Mann and Whitney), so that single late answers do not count. Both kinds of
     * attempts are mixed at random, so that what else the machine does is the same for both.
     */
    @Test
    void timeDoesNotTellWhoIsThere(@TempDir Path folder) throws IOException {
        try (ServerUnderTest server = server(folder)) {
            List<Boolean> order = new ArrayList<>();
            for (int i = 0; i < SAMPLES; i++) {
                order.addAll(List.of(true, false));
            }
            Collections.shuffle(order, new Random(4616));
            long[] times = new long[order.size()];
            int next = 0;
            while (next < times.length) {
                try (SmtpDialogue client = from(server, 1, 1)) {
                    for (int i = 0; i < TRIES_A_CONNECTION; i++, next++) {
                        String user = order.get(next) ? ANN : "nobody" + next + "@example.com";
                        String command = proof(user, "wrong-pony");
                        long begin = System.nanoTime();
                        assertThat(client.command(command).code()).isEqualTo(535);
                        times[next] = System.nanoTime() - begin;
                    }
                }
            }
            assertThat(deviations(times, order)).isBetween(-TELLING, TELLING);
        }
    }

    /** How far the ranks of those who are there are from what chance makes most likely. */
    private static double deviations(long[] times, List<Boolean> isThere) {
        Integer[] byTime = new Integer[times.length];
        Arrays.setAll(byTime, i -> i);
        Arrays.sort(byTime, (one, other) -> Long.compare(times[one], times[other]));
        double sum = 0;
        for (int rank = 0; rank < byTime.length; rank++) {
            sum += isThere.get(byTime[rank]) ? rank + 1 : 0;
        }
        double all = times.length;
        double each = SAMPLES;
        double expected = each * (all + 1) / 2;
        return (sum - expected) / Math.sqrt(each * each * (all + 1) / 12);
    }
}
