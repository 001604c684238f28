package org.qpsmtpd.plugin.stunnel;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.UnrecognizedCommandHook;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;

/**
 * Learns from stunnel, which speaks for a client that it decrypts, who that client is.
 *
 * <p>{@code unrecognized_command}: OK for a PROXY line of version 1 that comes from this machine
 * before anything else; the session is then that of the client named. DENY_DISCONNECT for any other
 * PROXY line. Declines otherwise.
 *
 * <p>Source: qpsmtpd {@code plugins/stunnel @ df5b04d}.
 */
@Component(configurationPid = "stunnel", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = StunnelConfig.class, factory = true)
@Plugin(name = "stunnel", before = "count_unrecognized_commands")
@NonBlocking
public final class StunnelPlugin implements UnrecognizedCommandHook {
    /** What the longest line of version 1 has behind its first word. */
    private static final int LONGEST = 100;

    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final int HIGHEST_PORT = 65_535;

    private final boolean believes;

    /** Makes the plugin. */
    @Activate
    public StunnelPlugin(StunnelConfig config) {
        believes = config.proxy();
    }

    /** The two ends of the client's connection. */
    private record Ends(InetSocketAddress client, InetSocketAddress server) {}

    @Override
    public HookResult onUnrecognizedCommand(Connection connection, String verb, String argument) {
        if (!believes || !verb.equals("proxy")) {
            return HookResult.DECLINED;
        }
        Optional<Ends> ends = connection.isLocalhost() ? ends(argument) : Optional.empty();
        if (ends.isEmpty()) {
            return refused("from elsewhere, or malformed");
        }
        return connection.speakFor(ends.get().client(), ends.get().server())
                ? HookResult.OK.because("pass: " + ends.get().client())
                : refused("not the first command");
    }

    private static HookResult refused(String why) {
        return HookResult.denyDisconnect("PROXY is not accepted from you")
                .because("fail: PROXY " + why);
    }

    /** Reads {@code TCP4 SOURCE DESTINATION PORT PORT}, or the same with TCP6. */
    private static Optional<Ends> ends(String argument) {
        String[] words = argument.length() > LONGEST ? new String[0] : argument.split(" ", -1);
        boolean v4 = words.length == 5 && words[0].equals("TCP4");
        boolean v6 = words.length == 5 && words[0].equals("TCP6");
        if ((!v4 && !v6) || !isPort(words[3]) || !isPort(words[4])) {
            return Optional.empty();
        }
        try {
            InetAddress client = Network.parseAddress(words[1]);
            InetAddress server = Network.parseAddress(words[2]);
            if (v4 != client instanceof Inet4Address || v4 != server instanceof Inet4Address) {
                return Optional.empty();
            }
            return Optional.of(
                    new Ends(
                            new InetSocketAddress(client, Integer.parseInt(words[3])),
                            new InetSocketAddress(server, Integer.parseInt(words[4]))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isPort(String text) {
        return PORT.matcher(text).matches() && Integer.parseInt(text) <= HIGHEST_PORT;
    }
}
