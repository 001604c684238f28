package org.qpsmtpd.itest.plugin;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.PluginFigures;
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
        private final Executor executor;

        /** Is not made without it. */
        @Activate
        public Needy(@Reference Executor executor) {
            this.executor = executor;
        }

        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return HookResult.ok(executor.toString());
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

    /** Counts what it is asked, and tells that in the console. */
    @Component(configurationPid = "author_tally", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "author_tally")
    public static final class Tally implements VrfyHook, PluginCommand, PluginFigures {
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            asked.incrementAndGet();
            return HookResult.DECLINED;
        }

        @Override
        public String command() {
            return "tally";
        }

        @Override
        public List<String> usage() {
            return List.of("show  tells how often VRFY was asked");
        }

        @Override
        public boolean run(List<String> words, PrintWriter out) {
            if (!words.equals(List.of("show"))) {
                throw new IllegalArgumentException("nothing else than show");
            }
            out.println(Witness.VERSION + " " + asked + "\u001b");
            return true;
        }

        @Override
        public List<Figure> figures() {
            return List.of(Figure.counter("vrfy_asked", asked.get()));
        }
    }
}
