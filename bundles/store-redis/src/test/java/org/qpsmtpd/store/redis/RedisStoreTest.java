package org.qpsmtpd.store.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.store.form.OpenStores;
import org.qpsmtpd.testkit.StoreContract;

/** The Redis form keeps the contract, against Debian's Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisStoreTest extends StoreContract {
    private final RedisForm form = new RedisForm();
    private OpenStores stores = form.open(new NoHome(), "redis://127.0.0.1:1");
    private AutoCloseable server = () -> {};

    @BeforeAll
    void start(@TempDir Path folder) {
        RedisServer started = RedisServer.plain(folder);
        server = started;
        stores.close();
        stores = form.open(new NoHome(), "redis://127.0.0.1:" + started.port() + "/1");
    }

    @BeforeEach
    void clear() {
        for (String name : List.copyOf(answer(stores.names()))) {
            answer(stores.open(name).deleteIf((key, value) -> true));
        }
    }

    @AfterAll
    void end() throws Exception {
        stores.close();
        form.close();
        server.close();
    }

    @Override
    protected Stores stores() {
        return stores;
    }

    @Override
    protected void elapse(Duration time) {
        long end = System.nanoTime() + time.toNanos() + TimeUnit.MILLISECONDS.toNanos(50);
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
