package org.qpsmtpd.itest.plugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConfigHook;
import org.qpsmtpd.api.hook.DenyHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.PostForkHook;
import org.qpsmtpd.api.hook.UserConfigHook;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/**
 * Plugins that hang, fail or end the process where no session waits for their answer, as long as a
 * file is there. They take no notice of interrupts.
 */
public final class WaylayingPlugins {
    /** System property with the file. */
    static final String FILE = "itest.trouble";

    /** Added to the file's name: a plugin has begun to hang. */
    private static final String BEGUN = ".begun";

    private static final Duration MOST = Duration.ofMinutes(3);
    private static final Duration NAP = Duration.ofMillis(20);

    private WaylayingPlugins() {}

    private static Path file() {
        return Path.of(System.getProperty(FILE));
    }

    private static void hang() {
        try {
            if (Files.exists(file())) {
                Files.writeString(Path.of(file() + BEGUN), "");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long end = System.nanoTime() + MOST.toNanos();
        while (Files.exists(file()) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(NAP.toNanos());
        }
    }

    /** Supplies settings for a sender. */
    @Component(configurationPid = "supplier", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "supplier")
    public static final class Supplier implements UserConfigHook {
        @Override
        public Optional<List<String>> onUserConfig(Address address, String name) {
            hang();
            return Optional.of(List.of("yes"));
        }
    }

    /** Says that it never waits. */
    @Component(configurationPid = "quick", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "quick")
    @NonBlocking
    public static final class QuickSupplier implements UserConfigHook {
        @Override
        public Optional<List<String>> onUserConfig(Address address, String name) {
            hang();
            return Optional.of(List.of("yes"));
        }
    }

    /** Asks for such a setting. */
    @Component(configurationPid = "asker", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "asker")
    public static final class Asker implements MailHook {
        @Override
        public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
            Connection connection = transaction.connection();
            return connection.configFor(sender).value("wanted").isPresent()
                    ? HookResult.DECLINED
                    : HookResult.deny("you are not wanted");
        }
    }

    /** Supplies the settings of the core. */
    @Component(configurationPid = "settings", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "settings")
    public static final class Settings implements ConfigHook {
        @Override
        public Optional<List<String>> onConfig(String name) {
            hang();
            return Optional.empty();
        }
    }

    /** Hangs when it is about to serve, or throws an error when the file says so. */
    @Component(configurationPid = "at_fork", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "at_fork")
    public static final class AtFork implements PostForkHook {
        @Override
        public void onPostFork() {
            try {
                if (Files.exists(file()) && Files.readString(file()).contains("error")) {
                    throw new StackOverflowError("too deep");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            hang();
        }
    }

    /** Watches refusals. */
    @Component(configurationPid = "watcher", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "watcher")
    public static final class Watcher implements DenyHook {
        @Override
        public void onDeny(
                Connection connection,
                Optional<Transaction> transaction,
                String plugin,
                String hook,
                HookResult result) {
            hang();
        }
    }

    /** Ends the process, or throws an error: the argument of VRFY says which. */
    @Component(configurationPid = "deadly", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "deadly")
    public static final class Deadly implements VrfyHook {
        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            switch (argument) {
                case "exit" -> System.exit(7);
                case "error" -> throw new OutOfMemoryError("a table of 3 GB");
                default -> hang();
            }
            return HookResult.DECLINED;
        }
    }

    /** Makes its bundle hang when it starts, until the file is gone. */
    public static final class HangingActivator implements BundleActivator {
        @Override
        public void start(BundleContext context) {
            hang();
        }

        @Override
        public void stop(BundleContext context) {
            // it never started
        }
    }
}
