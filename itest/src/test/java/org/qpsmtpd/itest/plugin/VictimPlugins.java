package org.qpsmtpd.itest.plugin;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.SelfCheck;
import org.qpsmtpd.api.session.Connection;

/** One plugin in several makes: a good one, and others that are each unfit in another way. */
public final class VictimPlugins {
    private static final String NAME = "victim";

    /** What a session must never see. */
    private static final HookResult BAD = HookResult.ok("bad " + Witness.VERSION);

    private VictimPlugins() {}

    /** The settings of the good one. */
    @ObjectClassDefinition
    public @interface Settings {
        /** Part of its answer. */
        String word() default "none";
    }

    /** Answers {@code good VERSION WORD}. */
    @Component(configurationPid = NAME, configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Designate(ocd = Settings.class, factory = true)
    @Plugin(name = NAME)
    public static final class Good implements VrfyHook {
        private final String word;

        /** Reads the settings. */
        @Activate
        public Good(Settings settings) {
            word = settings.word();
        }

        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return HookResult.ok("good " + Witness.VERSION + " " + word);
        }
    }

    /** Takes the settings of the good one, and answers what no session may see. */
    @Component(configurationPid = NAME, configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Designate(ocd = Settings.class, factory = true)
    @Plugin(name = NAME)
    public static final class Unseen implements VrfyHook {
        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return BAD;
        }
    }

    /** The settings of {@link OtherOption}. */
    @ObjectClassDefinition
    public @interface OtherSettings {
        /** Not what the line sets. */
        String words() default "none";
    }

    /** Does not know the option that its line sets. */
    @Component(configurationPid = NAME, configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Designate(ocd = OtherSettings.class, factory = true)
    @Plugin(name = NAME)
    public static final class OtherOption implements VrfyHook {
        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return BAD;
        }
    }

    /** Cannot be made. */
    @Component(configurationPid = NAME, configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Designate(ocd = Settings.class, factory = true)
    @Plugin(name = NAME)
    public static final class Throwing implements VrfyHook {
        /** Fails. */
        @Activate
        public Throwing() {
            throw new IllegalArgumentException("the moon is not full");
        }

        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return BAD;
        }
    }

    /** Is not ready in time. */
    @Component(configurationPid = NAME, configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Designate(ocd = Settings.class, factory = true)
    @Plugin(name = NAME)
    public static final class Hanging implements VrfyHook {
        /** Takes longer than it may. */
        @Activate
        public Hanging() {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(25);
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }

        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return BAD;
        }
    }

    /** Its class cannot be initialised. */
    @Component(configurationPid = NAME, configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Designate(ocd = Settings.class, factory = true)
    @Plugin(name = NAME)
    public static final class BadClass implements VrfyHook {
        private static final int DAYS = Integer.parseInt("a month");

        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return HookResult.ok("bad " + DAYS);
        }
    }

    /** Finds itself unfit. */
    @Component(configurationPid = NAME, configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Designate(ocd = Settings.class, factory = true)
    @Plugin(name = NAME)
    public static final class Unfit implements VrfyHook, SelfCheck {
        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            return BAD;
        }

        @Override
        public void selfCheck() throws Exception {
            throw new Exception("the list of stars cannot be read");
        }
    }

    /** Makes the bundle of {@link Unseen} fail before any plugin is made. */
    public static final class BadActivator implements BundleActivator {
        @Override
        public void start(BundleContext context) {
            throw new IllegalStateException("the tide is out");
        }

        @Override
        public void stop(BundleContext context) {
            // it never started
        }
    }
}
