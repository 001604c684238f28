package org.qpsmtpd.itest.plugin;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What authors of plugins write in their first days. */
public final class AuthorPlugins {
    private AuthorPlugins() {}

    /** Refuses each recipient whose name begins with {@code early}, before others are asked. */
    @Component(configurationPid = "author_early", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "author_early", before = "rcpt_ok")
    public static final class Early implements RcptHook {
        @Override
        public HookResult onRcpt(Transaction transaction, Recipient recipient) {
            return recipient.address().user().startsWith("early")
                    ? HookResult.deny("too early")
                    : HookResult.DECLINED;
        }
    }

    /** Would refuse everybody, and does not say where it stands. */
    @Component(configurationPid = "author_late", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "author_late")
    public static final class Late implements RcptHook {
        @Override
        public HookResult onRcpt(Transaction transaction, Recipient recipient) {
            return HookResult.deny("too late");
        }
    }

    /** Needs a service that nobody offers. */
    @Component(configurationPid = "author_needy", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "author_needy")
    public static final class Needy implements VrfyHook {
        private final Stores stores;

        /** Is not made without it. */
        @Activate
        public Needy(@Reference Stores stores) {
            this.stores = stores;
        }

        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return HookResult.ok(stores.toString());
        }
    }

    /** Answers later that it answers later, and logs at each step. */
    @Component(
            configurationPid = "author_patient",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "author_patient")
    public static final class Patient implements VrfyHook {
        private static final Logger LOG = LoggerFactory.getLogger(Patient.class);

        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            Executor soon = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);
            return HookResult.later(
                            CompletableFuture.supplyAsync(
                                    () -> second(connection), connection.carrying(soon)))
                    .because("pass: as it was said first");
        }

        private static HookResult second(Connection connection) {
            LOG.warn("first step of {}", connection.id());
            Executor soon = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);
            return HookResult.later(
                    CompletableFuture.supplyAsync(
                            () -> {
                                LOG.warn("second step of {}", connection.id());
                                return HookResult.ok("in the end");
                            },
                            soon));
        }
    }
}
