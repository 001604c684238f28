package org.qpsmtpd.itest.plugin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/** A plugin whose calls take as long as a file is there, and which knows when it was closed. */
public final class SlowPlugins {
    /** System property with the file. */
    static final String FILE = "itest.slow";

    private static final Duration MOST = Duration.ofSeconds(30);
    private static final Duration NAP = Duration.ofMillis(10);

    private SlowPlugins() {}

    /**
     * {@code data_post}: adds a field that says whether it was open to the end; {@code vrfy}:
     * answers its version.
     */
    @Component(configurationPid = "slow", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "slow")
    public static final class Slow implements DataPostHook, VrfyHook {
        private volatile boolean closed;

        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return HookResult.ok("slow " + Witness.VERSION);
        }

        @Override
        public HookResult onDataPost(Transaction transaction) {
            Witness.journal("called " + Witness.VERSION);
            Path file = Path.of(System.getProperty(FILE));
            long end = System.nanoTime() + MOST.toNanos();
            while (Files.exists(file) && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(NAP.toNanos());
            }
            transaction.headers().append("X-Slow", closed ? "closed" : "open");
            return HookResult.DECLINED;
        }

        /** From now on it is of no use. */
        @Deactivate
        public void close() {
            closed = true;
            Witness.journal("closed " + Witness.VERSION);
        }
    }
}
