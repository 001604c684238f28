package org.qpsmtpd.itest.plugin;

import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.session.Connection;

/** An ordinary bundle without Declarative Services that registers a hook by itself. */
public final class PlainActivator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        context.registerService(
                VrfyHook.class,
                PlainActivator::answer,
                FrameworkUtil.asDictionary(Map.of("plugin.name", "plain")));
    }

    private static HookResult answer(Connection connection, String argument) {
        return HookResult.ok("plain " + Witness.VERSION);
    }

    @Override
    public void stop(BundleContext context) {
        // the framework takes the service back
    }
}
