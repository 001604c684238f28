package org.qpsmtpd.plugin.queue.spool;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.smtpclient.Forwarder;
import org.qpsmtpd.smtpclient.NextHop;
import org.qpsmtpd.smtpclient.TlsMode;

/**
 * Where mail goes.
 *
 * @param forwarder brings it there
 * @param isLast whether mail is kept there, which who speaks LMTP says
 */
record Target(Forwarder forwarder, boolean isLast) implements AutoCloseable {
    private static final int SMTP_PORT = 25;
    private static final int LMTP_PORT = 24;

    private enum Balance {
        FAILOVER,
        ROUND_ROBIN
    }

    /**
     * Reads the settings; connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    static Target of(SpoolConfig config) {
        if (config.host().isEmpty()) {
            throw new IllegalArgumentException(
                    "host is missing: queue/spool needs HOST [PORT] [xclient]");
        }
        NextHop.Protocol protocol =
                Choice.of(NextHop.Protocol.class, "protocol", config.protocol());
        boolean inTurn =
                Choice.of(Balance.class, "balance", config.balance()) == Balance.ROUND_ROBIN;
        TlsMode tls = TlsMode.of(config.tls());
        SSLSocketFactory sockets = NextHop.sockets(tls, config.caFile());
        List<NextHop> hops =
                places(config, protocol).stream()
                        .map(place -> hop(config, protocol, place, tls, sockets))
                        .toList();
        return new Target(new Forwarder(hops, inTurn), protocol == NextHop.Protocol.LMTP);
    }

    private static List<Map.Entry<String, Integer>> places(
            SpoolConfig config, NextHop.Protocol protocol) {
        boolean isLmtp = protocol == NextHop.Protocol.LMTP;
        int usual = isLmtp ? LMTP_PORT : SMTP_PORT;
        int port = config.port() == 0 ? usual : config.port();
        return isLmtp && config.host().startsWith("/")
                ? List.of(Map.entry(config.host(), port))
                : NextHop.hosts(config.host(), port);
    }

    private static NextHop hop(
            SpoolConfig config,
            NextHop.Protocol protocol,
            Map.Entry<String, Integer> place,
            TlsMode tls,
            SSLSocketFactory sockets) {
        return new NextHop(
                protocol,
                place.getKey(),
                place.getValue(),
                hasXclient(config.flags()),
                tls,
                sockets,
                Duration.ofSeconds(config.timeoutSeconds()),
                Duration.ofSeconds(config.maxSeconds()),
                config.idleConnections(),
                Duration.ofSeconds(config.idleSeconds()),
                config.messagesPerConnection(),
                config.strictEightBit());
    }

    private static boolean hasXclient(String[] flags) {
        for (String flag : flags) {
            if (!flag.toLowerCase(Locale.ROOT).equals("xclient")) {
                throw new IllegalArgumentException("flag '" + flag + "' is not xclient");
            }
        }
        return flags.length > 0;
    }

    @Override
    public void close() {
        forwarder.close();
    }
}
