package org.qpsmtpd.testkit;

import java.time.Duration;
import org.qpsmtpd.api.service.Stores;

/** The fake keeps the contract. */
class FakeStoreTest extends StoreContract {
    private final FakeClock clock = new FakeClock();
    private final FakeStores stores = new FakeStores(clock);

    @Override
    protected Stores stores() {
        return stores;
    }

    @Override
    protected void elapse(Duration time) {
        clock.advance(time);
    }
}
