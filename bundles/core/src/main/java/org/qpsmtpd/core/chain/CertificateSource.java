package org.qpsmtpd.core.chain;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.hook.AuthCertificateHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.PluginCall;

/** The plugins of a list that tell whose a client's certificate is. */
final class CertificateSource {
    private static final String CERTIFICATE = "auth_certificate";

    private final List<PluginInstance> plugins;

    CertificateSource(List<PluginInstance> all) {
        plugins =
                all.stream().filter(each -> each.plugin() instanceof AuthCertificateHook).toList();
    }

    /** Whether there is any. */
    boolean isThere() {
        return !plugins.isEmpty();
    }

    /**
     * Whose it is, as the first plugin says that knows it; absent also when one before is away or
     * fails, which might have said another.
     */
    Optional<String> user(HookHost host, X509Certificate certificate) {
        for (PluginInstance plugin : plugins) {
            Came<Optional<String>> came =
                    Door.visit(
                            host,
                            plugin,
                            CERTIFICATE,
                            hook ->
                                    ((AuthCertificateHook) hook)
                                            .userOf(host.connection(), certificate));
            Throwable failure = came == null ? null : came.failure();
            if (failure != null) {
                tell(host, plugin, failure);
            }
            Optional<String> answer = came == null ? null : came.value();
            if (answer == null || answer.isPresent()) {
                return answer == null ? Optional.empty() : answer.filter(user -> !user.isEmpty());
            }
        }
        return Optional.empty();
    }

    private static void tell(HookHost host, PluginInstance plugin, Throwable failure) {
        PluginCall mark =
                new PluginCall(
                        plugin.name(),
                        CERTIFICATE,
                        host.connection().id(),
                        plugin.settings().level());
        host.log().log(LogLevel.CRIT, mark, Door.text(plugin.name(), failure));
    }
}
