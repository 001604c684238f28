package org.qpsmtpd.core.chain;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.log.LogLevel;

/**
 * What is said and counted of calls whose time is over. The plugin that is waited for is to blame:
 * the one that was called, or the one that it asked for a setting.
 */
final class Overdue {
    /** How long a plugin may take for a setting that says it never waits. */
    private static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final HookHost host;
    private final HookPoint point;

    Overdue(HookHost host, HookPoint point) {
        this.host = host;
        this.point = point;
    }

    /** One that said it would never wait is asked aside from now on, with a time limit. */
    void watchSupplier(HookCall held, long now) {
        Link supplier = held.supplier();
        if (supplier != null
                && held.suppliesFor(now) > QUICK_NANOS
                && supplier.plugin().isNonBlocking(supplier.point())
                && supplier.plugin().demote()) {
            log(
                    supplier,
                    "plugin "
                            + supplier.name()
                            + " lets plugin "
                            + held.link().name()
                            + " wait for a setting although it is marked NonBlocking; it is asked"
                            + " within a time limit from now on");
        }
    }

    /**
     * Says that a call is given up, and counts it.
     *
     * @param asked whether the plugin was asked at all
     * @param supplier the plugin that a setting is waited for from; null for none
     */
    void tell(HookCall held, boolean asked, @Nullable Link supplier, boolean skips, long now) {
        host.log().log(
                LogLevel.CRIT,
                host.connection().id(),
                (asked ? "plugin " : "no worker was free for plugin ")
                        + held.link().name()
                        + (asked ? " did not answer hook " : ", hook ")
                        + point.hookName()
                        + " in time ("
                        + held.limitSeconds()
                        + " s), "
                        + (supplier == null
                                ? ""
                                : "it waits for a setting from plugin " + supplier.name() + ", ")
                        + (skips ? "it is passed over" : consequence()));
        if (asked) {
            blame(held.link(), supplier, now);
        }
    }

    private void blame(Link link, @Nullable Link supplier, long now) {
        Door.failed(host, supplier == null ? link : supplier, now);
        if (supplier != null) {
            link.plugin().breaker().undecided();
        }
    }

    /** One that said it would never wait, and was therefore called on whatever thread there was. */
    void callAside(Link link) {
        if (link.plugin().demote()) {
            log(
                    link,
                    "plugin "
                            + link.name()
                            + " does not come back although it is marked NonBlocking; it is called"
                            + " as one that may wait from now on");
        }
    }

    private String consequence() {
        return Deciding.defersMail(point) ? "mail is deferred" : "it is given up";
    }

    private void log(Link link, String text) {
        host.log().log(LogLevel.CRIT, link.call(host.connection().id()), text);
    }
}
