package org.qpsmtpd.plugin.loop;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.DsnStatus;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses messages that have passed too many servers, which ends mail loops.
 *
 * <p>{@code data_post}: DENY when the fields Received and Delivered-To together reach the limit;
 * our own Received field counts.
 *
 * <p>Setting: {@code max_hops}, fields from which a message is refused (100).
 *
 * <p>Source: qpsmtpd {@code plugins/loop @ df5b04d}, RFC 5321 section 6.3.
 */
@Component(configurationPid = "loop", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LoopConfig.class, factory = true)
@Plugin(name = "loop", positional = "max_hops", formerly = "check_loop")
@NonBlocking
public final class LoopPlugin implements DataPostHook {
    private final int maxHops;

    @Activate
    public LoopPlugin(LoopConfig config) {
        maxHops = config.max__hops();
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        long hops = hops(transaction.headers().fields());
        return hops < maxHops
                ? HookResult.DECLINED
                : DsnStatus.TOO_MANY_HOPS.result().because("fail: " + hops + " hops");
    }

    private static long hops(List<HeaderField> fields) {
        return fields.stream()
                .map(HeaderField::name)
                .filter(n -> n.equalsIgnoreCase("Received") || n.equalsIgnoreCase("Delivered-To"))
                .count();
    }
}
