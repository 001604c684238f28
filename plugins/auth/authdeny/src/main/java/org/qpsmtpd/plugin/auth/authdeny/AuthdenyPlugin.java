package org.qpsmtpd.plugin.auth.authdeny;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.hook.AuthHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;

/**
 * Knows nobody, and says so in the log.
 *
 * <p>{@code auth}: DECLINED for everybody.
 *
 * <p>Source: qpsmtpd {@code plugins/auth/authdeny} @ df5b04d.
 */
@Component(configurationPid = "auth.authdeny", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "auth/authdeny", formerly = "authdeny")
@NonBlocking
public final class AuthdenyPlugin implements AuthHook {
    /** Makes the plugin. */
    @Activate
    public AuthdenyPlugin() {}

    @Override
    public HookResult onAuth(Connection connection, Credentials credentials) {
        return HookResult.DECLINED.because(
                "fail: " + credentials.user() + " is not free to abuse my relay");
    }
}
