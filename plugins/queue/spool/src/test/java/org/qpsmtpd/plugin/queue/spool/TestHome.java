package org.qpsmtpd.plugin.queue.spool;

import java.nio.file.Path;
import java.util.List;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.testkit.FakeConfig;

/**
 * A server called mx.example.com.
 *
 * @param directory where plugins keep what is their own
 */
record TestHome(Path directory) implements ServerHome {
    @Override
    public String name() {
        return "";
    }

    @Override
    public List<Path> configDirectories() {
        return List.of();
    }

    @Override
    public Path state(String owner) {
        return directory.resolve(owner);
    }

    @Override
    public Config config() {
        return new FakeConfig().set("me", "mx.example.com");
    }
}
