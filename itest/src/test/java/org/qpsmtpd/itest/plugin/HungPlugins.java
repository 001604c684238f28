package org.qpsmtpd.itest.plugin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HelpHook;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/** Plugins that do not come back, or fail, as long as a file is there. */
public final class HungPlugins {
    /** System property with the file. */
    static final String FILE = "itest.trouble";

    private static final Duration MOST = Duration.ofMinutes(3);
    private static final Duration NAP = Duration.ofMillis(50);

    private HungPlugins() {}

    private static boolean inTrouble() {
        return Files.exists(Path.of(System.getProperty(FILE)));
    }

    /**
     * Hangs as the word says, until the file is gone; interrupts are of no use but for sleepers.
     */
    private static HookResult hang(String how) {
        long end = System.nanoTime() + MOST.toNanos();
        while (inTrouble() && System.nanoTime() - end < 0) {
            switch (how) {
                case "sleep" -> {
                    try {
                        Thread.sleep(NAP.toMillis());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return HookResult.ok("interrupted");
                    }
                }
                case "stubborn" -> LockSupport.parkNanos(NAP.toNanos());
                default -> spin();
            }
        }
        return HookResult.ok("back again");
    }

    private static void spin() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    /** On a worker: the argument of VRFY says how it hangs. */
    @Component(configurationPid = "hung", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "hung")
    public static final class OnWorker implements VrfyHook {
        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return hang(argument);
        }
    }

    /** Says that it never waits, and does: the argument of HELP says how. */
    @Component(configurationPid = "hung_loop", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "hung_loop")
    @NonBlocking
    public static final class OnLoop implements HelpHook {
        @Override
        public HookResult onHelp(Connection connection, String argument) {
            return hang(argument);
        }
    }

    /** Throws. */
    @Component(configurationPid = "faulty", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "faulty")
    public static final class Faulty implements MailHook {
        @Override
        public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
            if (inTrouble()) {
                throw new IllegalStateException("the table is gone");
            }
            return HookResult.DECLINED;
        }
    }

    /** Throws at each line of the log. */
    @Component(configurationPid = "broken_log", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "broken_log")
    public static final class BrokenLog implements LoggingHook {
        @Override
        public HookResult onLog(LogRecord line) {
            if (inTrouble()) {
                throw new StackOverflowError("in the log");
            }
            return HookResult.DECLINED;
        }
    }

    /** Does not come back from a line of the log, whoever interrupts. */
    @Component(configurationPid = "hung_log", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "hung_log")
    public static final class HungLog implements LoggingHook {
        @Override
        public HookResult onLog(LogRecord line) {
            var unused = hang("stubborn");
            return HookResult.DECLINED;
        }
    }
}
