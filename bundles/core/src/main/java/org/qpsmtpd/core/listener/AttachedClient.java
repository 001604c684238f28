package org.qpsmtpd.core.listener;

import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.core.message.Characters;
import org.qpsmtpd.core.session.Introduction;

/**
 * Reads who the client is whom {@code bin/qpsmtpd --attach} hands over: the ends of the
 * super-server's socket from the PROXY header, and the variables that tcpserver set, each in an
 * extension of the type {@link #VARIABLE} as {@code NAME=value}.
 */
final class AttachedClient {
    /** The first of the types that PROXY version 2 leaves to applications. */
    static final byte VARIABLE = (byte) 0xE0;

    /** A host name has 253 octets at most; an ident answer is the only other text. */
    private static final int LONGEST = 1024;

    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final int HIGHEST_PORT = 65_535;

    /** The variables, and the core's names for them. */
    private static final Map<String, String> NAMES =
            Map.of(
                    "TCPREMOTEIP", "remote_ip",
                    "TCPREMOTEPORT", "remote_port",
                    "TCPREMOTEHOST", "remote_host",
                    "TCPREMOTEINFO", "remote_info",
                    "TCPLOCALIP", "local_ip",
                    "TCPLOCALPORT", "local_port",
                    "RELAYCLIENT", "relayclient",
                    "RBLSMTPD", "rblsmtpd",
                    "WHITELISTCLIENT", "whitelistclient");

    /** Those whose presence counts, even when they are empty. */
    private static final Set<String> PRESENT = Set.of("relayclient", "rblsmtpd", "whitelistclient");

    private AttachedClient() {}

    /**
     * Reads a header.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Introduction of(HAProxyMessage header) {
        HAProxyProxiedProtocol protocol = header.proxiedProtocol();
        boolean isTcp =
                protocol == HAProxyProxiedProtocol.TCP4 || protocol == HAProxyProxiedProtocol.TCP6;
        if (header.command() != HAProxyCommand.PROXY || !isTcp) {
            throw new IllegalArgumentException("it names no client");
        }
        Map<String, String> told = new HashMap<>();
        for (HAProxyTLV extension : header.tlvs()) {
            if (extension.typeByteValue() == VARIABLE) {
                put(extension, told);
            }
        }
        return Introduction.of(
                told::get,
                end(header.sourceAddress(), header.sourcePort()),
                end(header.destinationAddress(), header.destinationPort()));
    }

    private static SocketAddress end(String address, int port) {
        return new InetSocketAddress(Network.parseAddress(address), port);
    }

    private static void put(HAProxyTLV extension, Map<String, String> told) {
        if (extension.content().readableBytes() > LONGEST) {
            throw new IllegalArgumentException("a variable has more than " + LONGEST + " octets");
        }
        String text = extension.content().toString(StandardCharsets.UTF_8);
        int equals = text.indexOf('=');
        String variable = equals < 0 ? "" : text.substring(0, equals);
        String name = NAMES.get(variable);
        if (name == null) {
            throw new IllegalArgumentException("it has a variable that is not known");
        }
        String value = text.substring(equals + 1);
        if (Characters.any(value, Character::isISOControl)) {
            throw new IllegalArgumentException(variable + " has control characters");
        }
        // As in bin/qpsmtpd, an empty variable is none, but for those whose presence counts.
        if (!value.isEmpty() || PRESENT.contains(name)) {
            check(variable, value);
            told.put(name, value);
        }
    }

    private static void check(String variable, String value) {
        if (variable.endsWith("IP")) {
            checkAddress(variable, value);
        }
        if (variable.endsWith("PORT")
                && (!PORT.matcher(value).matches() || Integer.parseInt(value) > HIGHEST_PORT)) {
            throw new IllegalArgumentException(variable + " is \"" + value + "\", no port");
        }
    }

    private static void checkAddress(String variable, String value) {
        try {
            Network.parseAddress(value);
        } catch (IllegalArgumentException e) {
            // Without its cause, whose text would be told in place of this one.
            throw new IllegalArgumentException(variable + " is \"" + value + "\", no address");
        }
    }
}
