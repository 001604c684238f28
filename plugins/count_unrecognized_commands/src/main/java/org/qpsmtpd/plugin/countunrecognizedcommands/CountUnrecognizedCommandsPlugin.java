package org.qpsmtpd.plugin.countunrecognizedcommands;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.UnrecognizedCommandHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;

/**
 * Closes the connection of a client that sends too many unknown commands.
 *
 * <p>{@code unrecognized_command}: DECLINED below the limit, DENY_DISCONNECT (521) from it on. The
 * count is kept in the connection's note {@code unrec_cmd_count}.
 *
 * <p>Setting: {@code limit}, the command that closes the connection, from 1 (4).
 *
 * <p>Source: qpsmtpd {@code plugins/count_unrecognized_commands @ df5b04d}.
 */
@Component(
        configurationPid = "count_unrecognized_commands",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = CountUnrecognizedCommandsConfig.class, factory = true)
@Plugin(name = "count_unrecognized_commands", positional = "limit")
@NonBlocking
public final class CountUnrecognizedCommandsPlugin implements UnrecognizedCommandHook {
    private static final NoteKey<Integer> COUNT = new NoteKey<>("unrec_cmd_count", Integer.class);

    private final int limit;

    @Activate
    public CountUnrecognizedCommandsPlugin(CountUnrecognizedCommandsConfig config) {
        limit = config.limit();
    }

    @Override
    public HookResult onUnrecognizedCommand(Connection connection, String verb, String argument) {
        int count = connection.notes().get(COUNT).orElse(0) + 1;
        connection.notes().put(COUNT, count);
        if (count < limit) {
            return HookResult.DECLINED.because(
                    "fail, tolerated: unrecognized command " + count + " of " + limit);
        }
        String text =
                "Closing connection, "
                        + count
                        + " unrecognized commands. Perhaps you should read RFC 2821?";
        return HookResult.denyDisconnect(text)
                .because("fail: unrecognized command " + count + " of " + limit);
    }
}
