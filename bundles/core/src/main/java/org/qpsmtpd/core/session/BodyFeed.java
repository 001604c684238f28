package org.qpsmtpd.core.session;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.session.BodyFollower;
import org.qpsmtpd.core.chain.Came;
import org.qpsmtpd.core.chain.Door;
import org.qpsmtpd.core.chain.HookHost;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.log.PluginCall;
import org.qpsmtpd.core.message.StoredBody;

/** Gives the body of a message to the plugins that follow it, as it arrives. */
final class BodyFeed {
    private static final String HOOK = HookPoint.DATA_HEADERS_END.hookName();

    private final List<Follower> followers = new ArrayList<>(0);
    private boolean isOpen;
    private long given = -1;

    /**
     * @param plugin whose it is, by its name
     */
    private record Follower(String plugin, BodyFollower code) {}

    /** From now on plugins may join. */
    synchronized void open() {
        isOpen = true;
    }

    /** Nobody joins from now on. */
    synchronized void close() {
        isOpen = false;
    }

    /** The plugin that is called joins. */
    synchronized void join(BodyFollower code) {
        String plugin = PluginCall.current().map(PluginCall::plugin).orElse("");
        if (!isOpen || plugin.isEmpty()) {
            throw new IllegalStateException("a body can be followed from data_headers_end on only");
        }
        followers.add(new Follower(plugin, code));
    }

    /**
     * Gives what has come since the last time. Called on the connection's own thread.
     *
     * @param plugins those of the client's list, in which each has a name of its own
     */
    void give(HookHost host, List<PluginInstance> plugins, StoredBody body) {
        if (followers.isEmpty()) {
            return;
        }
        long from = given < 0 ? body.textStart() : given;
        given = body.size();
        if (!body.give(from, (octets, at, count) -> give(host, plugins, octets, at, count))) {
            followers.clear();
        }
    }

    private void give(
            HookHost host, List<PluginInstance> plugins, byte[] octets, int from, int count) {
        followers.removeIf(follower -> !takes(host, plugins, follower, octets, from, count));
    }

    /** Whether the follower goes on; one whose plugin was replaced meanwhile does not. */
    private static boolean takes(
            HookHost host,
            List<PluginInstance> plugins,
            Follower follower,
            byte[] octets,
            int from,
            int count) {
        for (PluginInstance plugin : plugins) {
            if (plugin.name().equals(follower.plugin())) {
                Came<Boolean> came =
                        Door.visit(
                                host,
                                plugin,
                                HOOK,
                                any -> {
                                    follower.code().take(octets, from, count);
                                    return true;
                                });
                return came != null && !hasFailed(host, plugin, came);
            }
        }
        return false;
    }

    private static boolean hasFailed(HookHost host, PluginInstance plugin, Came<Boolean> came) {
        Throwable failure = came.failure();
        if (failure != null) {
            host.log().log(LogLevel.CRIT, Door.text(plugin.name(), failure));
        }
        return failure != null;
    }
}
