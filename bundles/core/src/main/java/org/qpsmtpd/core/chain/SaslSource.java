package org.qpsmtpd.core.chain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.hook.SaslHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.PluginCall;

/** The plugins of a generation that bring mechanisms of authentication. */
final class SaslSource {
    private static final String SASL = "sasl";

    private final List<PluginInstance> plugins;

    SaslSource(List<PluginInstance> all) {
        plugins = all.stream().filter(each -> each.plugin() instanceof SaslHook).toList();
    }

    /** Whether there is any. */
    boolean isThere() {
        return !plugins.isEmpty();
    }

    /** Their mechanisms by name; a plugin that is away or fails brings none. */
    Map<String, SaslMechanism> mechanisms(HookHost host) {
        Map<String, SaslMechanism> found = new LinkedHashMap<>();
        for (PluginInstance plugin : plugins) {
            Came<List<SaslMechanism>> came =
                    Door.visit(
                            host,
                            plugin,
                            SASL,
                            hook -> ((SaslHook) hook).mechanisms(host.connection()));
            List<SaslMechanism> its = came == null ? null : came.value();
            Throwable failure = came == null ? null : came.failure();
            if (failure != null) {
                tell(host, plugin, failure);
            }
            if (its != null) {
                its.forEach(mechanism -> found.putIfAbsent(mechanism.name(), mechanism));
            }
        }
        return found;
    }

    private static void tell(HookHost host, PluginInstance plugin, Throwable failure) {
        PluginCall mark =
                new PluginCall(
                        plugin.name(), SASL, host.connection().id(), plugin.settings().level());
        host.log().log(LogLevel.CRIT, mark, Door.text(plugin.name(), failure));
    }
}
