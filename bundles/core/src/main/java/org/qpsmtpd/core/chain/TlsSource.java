package org.qpsmtpd.core.chain;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.PluginCall;

/**
 * The plugin of a list that supplies what encrypted connections need, if there is one.
 *
 * @param plugin null for none
 */
record TlsSource(@Nullable PluginInstance plugin) {
    private static final String TLS = "tls";

    /** The first of some plugins that does. */
    static TlsSource of(List<PluginInstance> plugins) {
        return new TlsSource(
                plugins.stream()
                        .filter(each -> each.plugin() instanceof TlsHook)
                        .findFirst()
                        .orElse(null));
    }

    /** Whether there is one. */
    boolean isThere() {
        return plugin != null;
    }

    /**
     * Whether connections to a port of ours begin with TLS, asked where there is no session yet;
     * absent while the plugin is away, and when it fails, of which a session says what.
     */
    Optional<Boolean> isImplicit(int port) {
        PluginInstance asked = plugin;
        if (asked == null) {
            return Optional.empty();
        }
        Came<Boolean> came = Door.visit(asked, TLS, hook -> ((TlsHook) hook).isImplicit(port));
        return came == null ? Optional.empty() : Optional.ofNullable(came.value());
    }

    /** Asks the plugin; absent also while it is away, and when it fails. */
    <T> Optional<T> ask(HookHost host, Function<TlsHook, Optional<T>> question) {
        PluginInstance asked = plugin;
        if (asked == null) {
            return Optional.empty();
        }
        Came<Optional<T>> came =
                Door.visit(host, asked, TLS, hook -> question.apply((TlsHook) hook));
        if (came == null) {
            return Optional.empty();
        }
        Throwable failure = came.failure();
        if (failure != null) {
            PluginCall mark =
                    new PluginCall(
                            asked.name(), TLS, host.connection().id(), asked.settings().level());
            host.log().log(LogLevel.CRIT, mark, Door.text(asked.name(), failure));
        }
        Optional<T> answer = came.value();
        return answer == null ? Optional.empty() : answer;
    }
}
