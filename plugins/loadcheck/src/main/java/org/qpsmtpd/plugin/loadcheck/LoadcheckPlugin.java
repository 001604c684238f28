package org.qpsmtpd.plugin.loadcheck;

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;

/**
 * Defers clients while the machine has too much to do.
 *
 * <p>{@code connect}: DENYSOFT (450) while the load average of one minute is above the limit, else
 * DECLINED, also where the system tells no load.
 *
 * <p>Settings: {@code max_load} (7); {@code cache_time}, seconds from 0 (10).
 *
 * <p>Source: qpsmtpd {@code plugins/loadcheck @ df5b04d}.
 */
@Component(configurationPid = "loadcheck", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LoadcheckConfig.class, factory = true)
@Plugin(name = "loadcheck")
@NonBlocking
public final class LoadcheckPlugin implements ConnectHook {
    private final double limit;
    private final int seconds;
    private final DoubleSupplier source;
    private volatile Known known = new Known(Instant.MIN, 0);

    /** A load, and until when it counts. */
    private record Known(Instant until, double load) {}

    /**
     * @throws IllegalArgumentException for a limit that no load is above, or each
     */
    @Activate
    public LoadcheckPlugin(LoadcheckConfig config) {
        this(config, ManagementFactory.getOperatingSystemMXBean()::getSystemLoadAverage);
    }

    /**
     * @param source tells the load of one minute; below 0 when it is not known
     */
    LoadcheckPlugin(LoadcheckConfig config, DoubleSupplier source) {
        if (!(config.max__load() > 0 && Double.isFinite(config.max__load()))) {
            throw new IllegalArgumentException("max_load is not above 0");
        }
        limit = config.max__load();
        seconds = config.cache__time();
        this.source = source;
    }

    @Override
    public HookResult onConnect(Connection connection) {
        double load = load(connection.clock().now());
        if (load < 0) {
            return HookResult.DECLINED.because("skip: the load is not known");
        }
        String shown = String.format(Locale.ROOT, "load %.2f", load);
        return load > limit
                ? HookResult.denySoft("Server load too high, please try again later.")
                        .because("fail: " + shown)
                : HookResult.pass(shown);
    }

    private double load(Instant now) {
        Known last = known;
        if (now.isBefore(last.until())) {
            return last.load();
        }
        double load = source.getAsDouble();
        known = new Known(now.plusSeconds(seconds), load);
        return load;
    }
}
