package org.qpsmtpd.store.file;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.StoreContract;

/** The file form keeps the contract. */
class FileStoreTest extends StoreContract {
    private final FakeClock clock = new FakeClock();
    private final FileStores stores;

    FileStoreTest(@TempDir Path folder) {
        stores = TestHome.stores(folder, clock);
    }

    @AfterEach
    void close() {
        stores.close();
    }

    @Override
    protected Stores stores() {
        return stores;
    }

    @Override
    protected void elapse(Duration time) {
        clock.advance(time);
    }
}
