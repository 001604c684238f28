package org.qpsmtpd.core.session;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.hook.ConfigHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.UserConfigHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.core.chain.HookHost;
import org.qpsmtpd.core.chain.PluginList;
import org.qpsmtpd.core.config.HookedConfig;
import org.qpsmtpd.core.config.UserConfigs;

/** The configuration as one session sees it: the files, and what its plugins supply instead. */
final class LookUps {
    private final Engine engine;
    private final HookHost host;
    private Settings settings;
    private volatile Supply supply;

    /**
     * @param plugins may supply values
     * @param host for whom plugins are asked
     */
    LookUps(Engine engine, PluginList plugins, HookHost host) {
        this.engine = engine;
        this.host = host;
        this.settings = engine.settings();
        supply = new Supply(plugins);
    }

    Settings settings() {
        return settings;
    }

    void use(Settings asked) {
        settings = asked;
    }

    /**
     * The client has other plugins, which may supply other values; what others did is forgotten.
     */
    void use(PluginList plugins) {
        supply = new Supply(plugins);
        settings = engine.settings();
    }

    /** How many octets of a new body stay in memory as things are. */
    int bodyInMemory() {
        if (engine.budget().isSpent()) {
            return 0;
        }
        return engine.budget().isPlenty() ? settings.inPlenty() : settings.inMemory();
    }

    /** How many recipients a message may have: as set, and no more than can be queued at once. */
    int mostRecipients() {
        return Math.min(settings.maxRecipients(), supply.plugins.mostRecipients(host));
    }

    /** About how much memory is kept of what was looked up, in octets. */
    long held() {
        return supply.userConfigs.held();
    }

    Clock clock() {
        return engine.clock();
    }

    Config config() {
        return supply.config();
    }

    Config configFor(Address address) {
        return supply.configFor(address);
    }

    /** What the plugins of a list supply, and the files where they do not. */
    private final class Supply {
        private final PluginList plugins;
        private final UserConfigs userConfigs = new UserConfigs();
        private volatile @Nullable Config hookedConfig;

        Supply(PluginList plugins) {
            this.plugins = plugins;
        }

        Config config() {
            if (!plugins.has(HookPoint.CONFIG)) {
                return engine.config();
            }
            Config config = hookedConfig;
            if (config == null) {
                config =
                        new HookedConfig(
                                name ->
                                        plugins.first(
                                                host,
                                                HookPoint.CONFIG,
                                                ConfigHook.class,
                                                hook -> hook.onConfig(name)),
                                engine.config());
                hookedConfig = config;
            }
            return config;
        }

        Config configFor(Address address) {
            if (!plugins.has(HookPoint.USER_CONFIG)) {
                return config();
            }
            return userConfigs.of(
                    address,
                    () ->
                            new HookedConfig(
                                    name ->
                                            plugins.first(
                                                    host,
                                                    HookPoint.USER_CONFIG,
                                                    UserConfigHook.class,
                                                    hook -> hook.onUserConfig(address, name)),
                                    config()));
        }
    }
}
