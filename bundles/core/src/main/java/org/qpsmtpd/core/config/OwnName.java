package org.qpsmtpd.core.config;

import java.util.List;
import java.util.function.Supplier;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.net.HostName;

/**
 * What this machine calls itself, for a server without a file {@code me}. Looked at anew by {@link
 * #refresh}.
 */
final class OwnName {
    private final Supplier<String> name;
    private volatile List<ConfigLine> lines;

    OwnName() {
        this(HostName::ofThisMachine);
    }

    OwnName(Supplier<String> name) {
        this.name = name;
        this.lines = read();
    }

    /** The name, as the only line. */
    List<ConfigLine> lines() {
        return lines;
    }

    /** Whether it is another than before. */
    boolean refresh() {
        List<ConfigLine> now = read();
        boolean other = !now.equals(lines);
        if (other) {
            lines = now;
        }
        return other;
    }

    private List<ConfigLine> read() {
        return List.of(new ConfigLine(name.get(), "host name", 0));
    }
}
