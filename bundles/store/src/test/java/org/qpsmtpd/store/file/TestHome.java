package org.qpsmtpd.store.file;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.testkit.FakeConfig;

/** A server whose state is in a folder of the test's. */
record TestHome(Path folder) implements ServerHome {
    static final String FILE = "store.mv";

    /** Stores whose time is that of a clock of the test's. */
    static FileStores stores(Path folder, Clock clock) {
        StoreTime time =
                new StoreTime(
                        () -> clock.now().toEpochMilli(),
                        () -> TimeUnit.MILLISECONDS.toNanos(clock.now().toEpochMilli()));
        return new FileStores(new TestHome(folder), FileSetting.parse("file"), time);
    }

    /** Stores with the clocks of the machine. */
    static FileStores stores(Path folder, String setting) {
        StoreTime time = new StoreTime(System::currentTimeMillis, System::nanoTime);
        return new FileStores(new TestHome(folder), FileSetting.parse(setting), time);
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public List<Path> configDirectories() {
        return List.of(folder);
    }

    @Override
    public Path state(String owner) {
        return folder;
    }

    @Override
    public Config config() {
        return new FakeConfig();
    }
}
