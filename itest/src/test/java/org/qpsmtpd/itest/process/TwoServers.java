package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;

/**
 * Two servers behind a proxy that keep what they know of their clients in one Redis. Greylisting
 * lets mail pass at the first one, and defers it at the second one, while Redis does not answer.
 */
record TwoServers(RedisServer redis, ServerUnderTest first, ServerUnderTest second, Haproxy proxy)
        implements AutoCloseable {
    /** Starts all four. */
    static TwoServers start(Path folder) throws IOException {
        Program haproxy = Haproxy.find();
        RedisServer redis = new RedisServer(folder);
        ServerUnderTest first = server(redis, "on_error skip");
        ServerUnderTest second = server(redis, "on_error defer");
        Haproxy proxy = new Haproxy(haproxy, folder, List.of(first, second));
        return new TwoServers(redis, first, second, proxy);
    }

    private static ServerUnderTest server(RedisServer redis, String onError) {
        return ServerUnderTest.builder()
                .plugins(
                        "karma reject 1",
                        "limit",
                        "greylisting black_timeout 0 " + onError,
                        "rcpt_ok",
                        "queue/maildir MAIL")
                .file("limits", "messages per address 2 1h", "except " + Senders.NETWORK)
                .file("proxy_protocol_from", "127.0.0.1")
                .file("store", redis.address())
                .start();
    }

    /** Waits until both have logged a text. */
    void awaitLogs(String text) {
        first.awaitLog(text);
        second.awaitLog(text);
    }

    /** The subjects of all messages that were delivered by either. */
    Set<String> stored() {
        Set<String> subjects = new HashSet<>();
        Stream.of(first, second)
                .flatMap(server -> server.maildir().messages().stream())
                .map(message -> message.contentText().replaceFirst("(?s).*Subject: (\\S+).*", "$1"))
                .forEach(subjects::add);
        return subjects;
    }

    @Override
    public void close() {
        try (redis;
                second;
                first) {
            proxy.close();
        }
    }
}
