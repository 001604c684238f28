package org.qpsmtpd.store.redis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.testkit.FakeConfig;

/** A server without folders: Redis needs none. */
record NoHome() implements ServerHome {
    @Override
    public String name() {
        return "test";
    }

    @Override
    public List<Path> configDirectories() {
        return List.of();
    }

    @Override
    public Path state(String owner) throws IOException {
        throw new IOException("there is no folder");
    }

    @Override
    public Config config() {
        return new FakeConfig();
    }
}
