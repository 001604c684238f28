package org.qpsmtpd.plugin.virus.klezfilter;

import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.LoggerFactory;

/**
 * Takes the line of a plugin that looked for one worm of 2002, so that a configuration need not be
 * changed, and looks for nothing.
 *
 * <p>{@code data_post}: DECLINED. A line in the log says at its start that nothing is looked for.
 *
 * <p>Source: qpsmtpd {@code plugins/virus/klez_filter @ df5b04d}.
 */
@Component(
        configurationPid = "virus.klez_filter",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "virus/klez_filter", formerly = "klez_filter")
@NonBlocking
public final class KlezFilterPlugin implements DataPostHook {
    private static final String NOTHING =
            "nothing is looked for: a virus scanner finds the worm that this"
                    + " plugin was made for; its line may be taken out";

    /** Makes the plugin. */
    @Activate
    public KlezFilterPlugin() {
        this(LoggerFactory.getLogger(KlezFilterPlugin.class)::warn);
    }

    KlezFilterPlugin(Consumer<String> log) {
        log.accept(NOTHING);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        return HookResult.DECLINED;
    }
}
