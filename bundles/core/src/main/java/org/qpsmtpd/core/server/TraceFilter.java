package org.qpsmtpd.core.server;

import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.qpsmtpd.api.log.LogRecord;

/** Passes on the log lines of one connection, or of the connections of one address. */
final class TraceFilter implements Consumer<LogRecord> {
    private static final int MOST_CONNECTIONS = 10_000;

    private final String wanted;
    private final Function<String, Optional<InetAddress>> addresses;
    private final Consumer<LogRecord> listener;

    /** Whether a connection is meant; it may end before its last line is written. */
    private final Map<String, Boolean> known = new ConcurrentHashMap<>();

    /**
     * @param wanted an address or a connection's id
     * @param addresses tells the client's address of an open connection
     */
    TraceFilter(
            String wanted,
            Function<String, Optional<InetAddress>> addresses,
            Consumer<LogRecord> listener) {
        this.wanted = wanted;
        this.addresses = addresses;
        this.listener = listener;
    }

    @Override
    public void accept(LogRecord line) {
        String id = line.connectionId();
        if (!id.isEmpty() && isWanted(id)) {
            listener.accept(line);
        }
    }

    private boolean isWanted(String id) {
        if (id.equals(wanted)) {
            return true;
        }
        Boolean before = known.get(id);
        if (before != null) {
            return before;
        }
        Optional<InetAddress> address = addresses.apply(id);
        boolean meant = address.isPresent() && address.get().getHostAddress().equals(wanted);
        if (address.isPresent() && known.size() < MOST_CONNECTIONS) {
            known.put(id, meant);
        }
        return meant;
    }
}
