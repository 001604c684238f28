package org.qpsmtpd.plugin.dmarc;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.plugin.dmarc.report.ReportOptions;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeStores;

/** Makes the plugin. */
final class Plugins {
    private Plugins() {}

    private static final class Home implements ServerHome {
        @Override
        public String name() {
            return "qpsmtpd";
        }

        @Override
        public List<Path> configDirectories() {
            return List.of();
        }

        @Override
        public Path state(String owner) {
            return Path.of(owner);
        }

        @Override
        public Config config() {
            return new FakeConfig();
        }
    }

    static DmarcPlugin plugin(
            Map<String, Object> settings, FakeResolver resolver, FakeStores stores) {
        Map<String, Object> reports = new HashMap<>();
        Map<String, Object> own = new HashMap<>();
        settings.forEach(
                (key, value) -> (key.startsWith("report") ? reports : own).put(key, value));
        return new DmarcPlugin(
                Configs.config(DmarcConfig.class, own),
                Configs.config(ReportOptions.class, reports),
                resolver,
                stores,
                new Home());
    }
}
