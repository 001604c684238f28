package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a config directory that both qpsmtpd servers read. */
final class QpsmtpdConfig {
    private QpsmtpdConfig() {}

    /**
     * @param plugins the lines of {@code plugins}
     */
    static void write(Path directory, List<String> plugins) throws IOException {
        Files.createDirectories(directory);
        Files.write(directory.resolve("plugins"), plugins);
        file(directory, "logging", "logging/warn");
        file(directory, "me", "bench.example.com");
        file(directory, "rcpthosts", "example.com");
        file(directory, "hosts_allow", "192.0.2.1 DENY not you");
        file(directory, "relayclients", "192.0.2.");
        file(directory, "badmailfrom", "@bad.example.net");
        file(directory, "badrcptto", "nobody@example.com");
        file(directory, "badhelo", "bad.example.net");
        file(directory, "dns_servers", "127.0.0.1:" + NameServer.ofRun().port());
        Gates.writeFiles(directory);
    }

    static void file(Path directory, String name, String line) throws IOException {
        Files.writeString(directory.resolve(name), line + "\n");
    }
}
