package org.qpsmtpd.plugin.rcptmap;

import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Decides about the recipients of one domain by a map.
 *
 * <p>{@code rcpt}: the code and text of the recipient's line; of {@code default} for others of the
 * domain; declines for other domains.
 *
 * <p>Faults: without {@code domain} and {@code file}, or when the file cannot be read, there is no
 * plugin; when it is away or empty later, what was in it still holds.
 *
 * <p>Source: qpsmtpd {@code plugins/rcpt_map @ df5b04d}.
 */
@Component(configurationPid = "rcpt_map", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RcptMapConfig.class, factory = true)
@Plugin(name = "rcpt_map", paths = "file", before = "rcpt_ok")
@NonBlocking
public final class RcptMapPlugin implements RcptHook {
    private final String domain;
    private final MapFile map;
    private final HookResult others;

    /**
     * Makes the plugin.
     *
     * @throws IllegalArgumentException naming an option and what is wrong with it
     */
    @Activate
    public RcptMapPlugin(RcptMapConfig config) {
        this(config, System::nanoTime);
    }

    RcptMapPlugin(RcptMapConfig config, LongSupplier nanos) {
        if (config.domain().isEmpty() || config.file().isEmpty()) {
            throw new IllegalArgumentException(
                    "options domain and file are needed, as in: domain example.com file"
                            + " /etc/qpsmtpd/example.com.map");
        }
        domain = Hosts.comparable(config.domain());
        others = others(config.default$());
        map = new MapFile(Path.of(config.file()), nanos);
    }

    private static HookResult others(String text) {
        int equals = text.indexOf('=');
        String code = equals < 0 ? text : text.substring(0, equals);
        String said = equals < 0 ? "No such user." : text.substring(equals + 1).replace('_', ' ');
        return MapFile.answer(code, said);
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        if (!recipient.address().comparableHost().equals(domain)) {
            return HookResult.DECLINED;
        }
        return map.answer(recipient.address()).orElse(others);
    }
}
