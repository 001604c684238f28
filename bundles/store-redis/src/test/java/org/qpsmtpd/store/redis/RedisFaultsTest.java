package org.qpsmtpd.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoreFailure;
import org.qpsmtpd.store.form.OpenStores;

/** What a store does while Redis is away, hangs, refuses or talks nonsense. */
class RedisFaultsTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final Path folder;

    private final RedisForm form = new RedisForm();

    RedisFaultsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @AfterEach
    void close() {
        form.close();
    }

    @Test
    void failsWhileRedisIsKilledAndRecovers() {
        try (RedisServer server = RedisServer.plain(folder);
                OpenStores stores = open("redis://127.0.0.1:" + server.port())) {
            Store store = stores.open("karma");
            get(store.set("k", "v", LONG));
            server.kill();
            assertThatThrownBy(() -> get(store.get("k"))).isInstanceOf(StoreFailure.class);
            server.restart();
            awaitAnswer(store);
            assertThat(get(store.get("k"))).isEmpty();
            get(store.set("k", "v", LONG));
            assertThat(get(store.get("k"))).contains("v");
        }
    }

    @Test
    void failsWhileRedisHangsAndRecovers() throws Exception {
        try (RedisServer server = RedisServer.plain(folder);
                OpenStores stores = open("redis://127.0.0.1:" + server.port())) {
            Store store = stores.open("karma");
            get(store.set("k", "v", LONG));
            server.signal("STOP");
            assertThatThrownBy(() -> get(store.get("k")))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("no answer within 2000 ms");
            server.signal("CONT");
            awaitAnswer(store);
            assertThat(get(store.get("k"))).contains("v");
        }
    }

    @Test
    void goesOnUnderLoadWhenRedisIsRestarted() {
        try (RedisServer server = RedisServer.plain(folder);
                OpenStores stores = open("redis://127.0.0.1:" + server.port())) {
            Store store = stores.open("karma");
            long failed = 0;
            for (int round = 0; round < 5; round++) {
                if (round == 2) {
                    server.kill();
                }
                if (round == 3) {
                    server.restart();
                    awaitAnswer(store);
                }
                List<Throwable> faults =
                        IntStream.range(0, 500)
                                .mapToObj(i -> store.add("k" + i, 1, LONG))
                                .map(RedisFaultsTest::fault)
                                .flatMap(Optional::stream)
                                .toList();
                assertThat(faults).allMatch(StoreFailure.class::isInstance);
                failed += faults.size();
            }
            assertThat(failed).isEqualTo(500);
        }
    }

    @Test
    void takesAnAclUserAndTellsWhenItIsRefused() {
        try (RedisServer server =
                        RedisServer.start(
                                folder,
                                "--port",
                                "PORT",
                                "--save",
                                "",
                                "--user",
                                "default",
                                "off",
                                "--user",
                                "mail",
                                "on",
                                ">s3cr/et",
                                "~qpsmtpd:*",
                                "+@all",
                                "-@dangerous");
                OpenStores stores =
                        open("redis://mail:s3cr%2Fet@127.0.0.1:" + server.port() + "/2");
                OpenStores wrong = open("redis://mail:geheim@127.0.0.1:" + server.port())) {
            get(stores.open("karma").set("k", "v", LONG));
            assertThat(get(stores.open("karma").add("n", 2, LONG))).isEqualTo(2);
            assertThat(get(stores.open("karma").size())).isEqualTo(2);
            assertThatThrownBy(() -> get(wrong.open("karma").get("k")))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("WRONGPASS")
                    .message()
                    .doesNotContain("geheim");
        }
    }

    @Test
    void speaksTls() throws Exception {
        RedisServer.require();
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("cert.pem");
        certificate(key, certificate);
        try (RedisServer server =
                        RedisServer.start(
                                folder,
                                "--port",
                                "0",
                                "--tls-port",
                                "PORT",
                                "--save",
                                "",
                                "--tls-cert-file",
                                certificate.toString(),
                                "--tls-key-file",
                                key.toString(),
                                "--tls-auth-clients",
                                "no");
                OpenStores stores =
                        open("rediss://127.0.0.1:" + server.port() + "?ca=" + certificate);
                OpenStores strangers = open("rediss://127.0.0.1:" + server.port())) {
            get(stores.open("karma").set("k", "v", LONG));
            assertThat(get(stores.open("karma").get("k"))).contains("v");
            assertThatThrownBy(() -> get(strangers.open("karma").get("k")))
                    .isInstanceOf(StoreFailure.class);
        }
    }

    private static void certificate(Path key, Path certificate) throws Exception {
        Process made =
                new ProcessBuilder(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-days",
                                "2",
                                "-subj",
                                "/CN=redis.test",
                                "-addext",
                                "subjectAltName=IP:127.0.0.1",
                                "-keyout",
                                key.toString(),
                                "-out",
                                certificate.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(made.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(made.exitValue()).isZero();
    }

    @Test
    void followsTheSentinelsToANewMaster() throws Exception {
        RedisServer.require();
        Path config = folder.resolve("sentinel.conf");
        try (RedisServer first = RedisServer.plain(folder);
                RedisServer second =
                        RedisServer.start(
                                folder,
                                "--port",
                                "PORT",
                                "--save",
                                "",
                                "--repl-diskless-sync-delay",
                                "0",
                                "--replicaof",
                                "127.0.0.1",
                                String.valueOf(first.port()))) {
            Files.writeString(
                    config,
                    "bind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 "
                            + first.port()
                            + " 1\nsentinel down-after-milliseconds mymaster 500\n"
                            + "sentinel failover-timeout mymaster 3000\n");
            try (RedisServer sentinel =
                            RedisServer.start(
                                    folder, config.toString(), "--port", "PORT", "--sentinel");
                    OpenStores stores =
                            open(
                                    "redis+sentinel://127.0.0.1:1,127.0.0.1:"
                                            + sentinel.port()
                                            + "/mymaster")) {
                Store store = stores.open("karma");
                awaitAnswer(store);
                get(store.set("k", "v", LONG));
                awaitReplica(second);
                first.kill();
                awaitAnswer(store);
                get(store.set("k", "w", LONG));
                assertThat(get(store.get("k"))).contains("w");
            }
        }
    }

    /** Waits until the sentinel can know of it, which asks its master every ten seconds. */
    private void awaitReplica(RedisServer replica) {
        try (OpenStores direct = open("redis://127.0.0.1:" + replica.port())) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (get(direct.open("karma").get("k")).isEmpty()) {
                assertThat(System.nanoTime() - end).isNegative();
                pause();
            }
        }
    }

    @Test
    void takesNoNonsense() throws IOException {
        for (String nonsense :
                List.of(
                        "$99999999999\r\n",
                        "$2000000\r\n",
                        "*100000\r\n",
                        "*1\r\n".repeat(50),
                        "HTTP/1.1 400 Bad Request\r\n\r\n",
                        ":notanumber\r\n",
                        "+OK\r\n".repeat(500),
                        "-ERR \u0007bad\u001b[31m thing\r\n".repeat(3),
                        "*2\r\n$-1\r\n")) {
            try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                    OpenStores stores = open("redis://127.0.0.1:" + socket.getLocalPort())) {
                Thread talking = new Thread(() -> talk(socket, nonsense));
                talking.setDaemon(true);
                talking.start();
                Store store = stores.open("karma");
                assertThatThrownBy(() -> get(store.update("k", before -> before)))
                        .isInstanceOf(StoreFailure.class)
                        .message()
                        .matches("[ -~]{1,400}");
            }
        }
    }

    private static void talk(ServerSocket socket, String nonsense) {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                OutputStream out = client.getOutputStream();
                out.write(nonsense.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
                while (client.getInputStream().read() >= 0) {
                    // until it has enough of it
                }
            } catch (IOException e) {
                // the next one
            }
        }
    }

    private OpenStores open(String setting) {
        return form.open(new NoHome(), setting);
    }

    private static void awaitAnswer(Store store) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (fault(store.set("awaited", "v", LONG)).isPresent()) {
            assertThat(System.nanoTime() - end).isNegative();
            pause();
        }
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }

    private static Optional<Throwable> fault(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().join();
            return Optional.empty();
        } catch (CompletionException e) {
            return Optional.ofNullable(e.getCause());
        }
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e);
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("a stage did not complete", e);
        }
    }
}
