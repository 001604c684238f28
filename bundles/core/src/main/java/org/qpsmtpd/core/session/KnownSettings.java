package org.qpsmtpd.core.session;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.chain.SettingUnknown;
import org.qpsmtpd.core.config.ConfigDirectory;

/** The core's settings, read again when a file has changed. */
final class KnownSettings {
    private final ConfigDirectory config;
    private final String version;
    private volatile @Nullable Known known;

    private record Known(long version, Settings settings) {}

    /**
     * @param version our version, for the greeting
     */
    KnownSettings(ConfigDirectory config, String version) {
        this.config = config;
        this.version = version;
    }

    /** The settings as the files have them now; a volatile read unless a file changed. */
    Settings current() {
        long now = config.version();
        Known last = known;
        if (last != null && last.version == now) {
            return last.settings;
        }
        Settings settings = of(config);
        known = new Known(now, settings);
        return settings;
    }

    /**
     * The settings as a configuration has them. When a file cannot be read they are the last ones
     * known, or the defaults: the generation of plugins defers mail then.
     *
     * @throws SettingUnknown when a plugin that supplies them does not answer
     */
    Settings of(Config source) {
        try {
            return Settings.of(source, version);
        } catch (SettingUnknown e) {
            throw e;
        } catch (UncheckedIOException e) {
            Known last = known;
            return last == null ? Settings.of(new NoFiles(), version) : last.settings;
        }
    }

    private static final class NoFiles implements Config {
        @Override
        public List<ConfigLine> lines(String name) {
            return List.of();
        }

        @Override
        public Optional<String> map(String name, String key) {
            return Optional.empty();
        }
    }
}
