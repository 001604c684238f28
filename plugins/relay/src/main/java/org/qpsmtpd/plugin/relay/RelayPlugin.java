package org.qpsmtpd.plugin.relay;

import java.net.InetAddress;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.NetworkList;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides by the client's address whether it may send mail to any domain.
 *
 * <p>{@code connect}: always declines. A client in {@code norelayclients} may not relay. Any other
 * may when the environment has {@code RELAYCLIENT}, or the super-server that handed the connection
 * over has it, when it is ::1, or when it is in {@code relayclients} or {@code
 * morerelayclients.cdb}; else what was decided before stays.
 *
 * <p>{@code rcpt}: with {@code only}, OK for clients that may relay and DENY for all others;
 * without it declines.
 *
 * <p>Settings: {@code only}, whether to refuse all clients that may not relay (false).
 *
 * <p>Faults: a file that is missing lists nobody; a line that is no network is logged with its
 * place and lists nobody.
 *
 * <p>Source: qpsmtpd {@code plugins/relay} @ df5b04d.
 */
@Component(configurationPid = "relay", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RelayConfig.class, factory = true)
@Plugin(
        name = "relay",
        files = {"relayclients", "morerelayclients", "norelayclients"},
        formerly = {"check_relay", "check_norelay", "relay_only=only 1"},
        accepts = "rcpt only")
@NonBlocking
public final class RelayPlugin implements ConnectHook, RcptHook, FileCheck {
    private static final Logger LOG = LoggerFactory.getLogger(RelayPlugin.class);
    private static final String VARIABLE = "RELAYCLIENT";

    private static final HookResult DISABLED = failed("disabled by norelayclients");
    private static final HookResult BY_ENVIRONMENT = HookResult.pass("enabled by environment");
    private static final HookResult BY_LOOPBACK = HookResult.pass("localhost");
    private static final HookResult BY_FILE = HookResult.pass("in relayclients");
    private static final HookResult BY_MAP = HookResult.pass("in morerelayclients");
    private static final HookResult NO_MATCH = HookResult.skip("no match");
    private static final HookResult ONLY_OK = HookResult.OK.because("pass: relay client");
    private static final HookResult ONLY_DENY = HookResult.DENY.because("fail: no relay client");

    private final ConfigView<NetworkList> relayClients = NetworkList.view("relayclients");
    private final ConfigView<NetworkList> noRelayClients = NetworkList.view("norelayclients");
    private final boolean only;
    private final boolean allByEnvironment;

    /**
     * Makes the plugin with the environment of the process.
     *
     * @param config the settings
     */
    @Activate
    public RelayPlugin(RelayConfig config) {
        this(config, System.getenv());
    }

    RelayPlugin(RelayConfig config, Map<String, String> environment) {
        only = config.only();
        allByEnvironment = environment.containsKey(VARIABLE);
        if (allByEnvironment) {
            LOG.warn(
                    "The environment has {}: every client may send mail to any domain, except those"
                            + " in norelayclients. Unset it unless the server is started for"
                            + " trusted clients only.",
                    VARIABLE);
        }
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = NetworkList.parse(line);
    }

    @Override
    public HookResult onConnect(Connection connection) {
        Config config = connection.config();
        if (noRelayClients.in(config).contains(connection.remoteAddress())) {
            connection.setRelayClient(false);
            return DISABLED;
        }
        HookResult result = match(connection, config);
        if (!result.equals(NO_MATCH)) {
            connection.setRelayClient(true);
        }
        return result;
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        if (!only) {
            return HookResult.DECLINED;
        }
        return transaction.connection().isRelayClient() ? ONLY_OK : ONLY_DENY;
    }

    private HookResult match(Connection connection, Config config) {
        if (allByEnvironment || connection.notes().has(NoteKey.RELAY_BY_SUPER_SERVER)) {
            return BY_ENVIRONMENT;
        }
        InetAddress client = connection.remoteAddress();
        boolean isIpv6 = client.getAddress().length > 4;
        if (isIpv6 && client.isLoopbackAddress()) {
            return BY_LOOPBACK;
        }
        if (relayClients.in(config).contains(client)) {
            return BY_FILE;
        }
        return isInMap(config, client) ? BY_MAP : NO_MATCH;
    }

    private static boolean isInMap(Config config, InetAddress client) {
        for (String prefix : AddressPrefixes.of(client)) {
            if (config.map("morerelayclients", prefix).isPresent()) {
                return true;
            }
        }
        return false;
    }

    private static HookResult failed(String detail) {
        return HookResult.DECLINED.because("fail: " + detail);
    }
}
