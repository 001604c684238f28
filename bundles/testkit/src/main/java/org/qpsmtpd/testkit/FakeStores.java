package org.qpsmtpd.testkit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.Stores;

/** Stores in memory, gone with this object. Safe for use by several threads. */
public final class FakeStores implements Stores {
    private final Map<String, FakeStore> stores = new ConcurrentHashMap<>();
    private final Clock clock;

    /** Stores by a clock that stands still. */
    public FakeStores() {
        this(new FakeClock());
    }

    /** Stores whose entries end by that clock. */
    public FakeStores(Clock clock) {
        this.clock = clock;
    }

    @Override
    public FakeStore open(String name) {
        boolean named = name.chars().allMatch(FakeStores::isNameCharacter);
        if (name.isEmpty() || name.length() > 64 || !named) {
            throw new IllegalArgumentException(
                    "store '" + name + "': the name is not 1 to 64 letters, digits, _ and -");
        }
        return stores.computeIfAbsent(name, n -> new FakeStore(clock));
    }

    private static boolean isNameCharacter(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-');
    }
}
