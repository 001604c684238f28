package org.qpsmtpd.runtime.felix.launch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.options.Options;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * The socket that a super-server passed on as standard input: a client's connection, or with xinetd
 * and {@code wait = yes} a listening socket.
 *
 * @param channel a {@link SocketChannel} or a {@link ServerSocketChannel} of TCP
 * @param told what tcpserver's variables say of the connection, under the core's names; empty when
 *     there are none
 * @param rehearsal whether all bundles are wanted, because nobody waits: see {@link Rehearsal}
 */
public record Inherited(Channel channel, Map<String, String> told, boolean rehearsal) {
    /** Decides, as in qpsmtpd, whether the variables or the socket tell who the client is. */
    private static final String REMOTE_IP = "TCPREMOTEIP";

    private static final List<String> ENDS = List.of("REMOTE", "LOCAL");
    private static final Pattern ADDRESS =
            Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

    public Inherited {
        told = Map.copyOf(told);
    }

    /**
     * Takes standard input over: from then on it, standard output and standard error lead nowhere.
     *
     * @throws StartFailure with status 1 when it is nothing that can be served, or a variable is
     *     not what tcpserver sets
     */
    static Inherited take(Map<String, String> environment) throws StartFailure, IOException {
        @Nullable Channel channel = System.inheritedChannel();
        if (channel instanceof ServerSocketChannel listening
                && listening.getLocalAddress() instanceof InetSocketAddress) {
            return new Inherited(channel, Map.of(), false);
        }
        if (channel instanceof SocketChannel connection
                && connection.getRemoteAddress() instanceof InetSocketAddress) {
            return new Inherited(channel, told(environment), false);
        }
        throw StartFailure.failed(
                "FATAL: standard input is no TCP connection: start this from inetd, xinetd or"
                        + " tcpserver; bin/qpsmtpd-prefork serves by itself");
    }

    /** The core's names and values; none unless the client's address is set. */
    static Map<String, String> told(Map<String, String> environment) throws StartFailure {
        Map<String, String> told = new HashMap<>();
        if (environment.getOrDefault(REMOTE_IP, "").isEmpty()) {
            return told;
        }
        for (String end : ENDS) {
            copy(environment, "TCP" + end + "IP", ADDRESS, told);
            copy(environment, "TCP" + end + "PORT", PORT, told);
        }
        for (String name : List.of("HOST", "INFO")) {
            copy(environment, "TCPREMOTE" + name, null, told);
        }
        return told;
    }

    private static void copy(
            Map<String, String> environment,
            String variable,
            @Nullable Pattern shape,
            Map<String, String> told)
            throws StartFailure {
        String value = environment.getOrDefault(variable, "");
        if (value.isEmpty()) {
            return;
        }
        boolean isWrongPort = shape == PORT && value.length() == 5 && value.compareTo("65535") > 0;
        if (isWrongPort || (shape != null && !shape.matcher(value).matches())) {
            throw StartFailure.failed(
                    "FATAL: "
                            + variable
                            + " is \""
                            + value
                            + "\", no "
                            + (shape == PORT ? "port" : "address")
                            + ": tcpserver sets it, nobody else should");
        }
        told.put(coreName(variable), value);
    }

    /** {@code TCPREMOTEIP} is {@code org.qpsmtpd.remote_ip}. */
    private static String coreName(String variable) {
        String end = variable.startsWith("TCPREMOTE") ? "REMOTE" : "LOCAL";
        String rest = variable.substring("TCP".length() + end.length());
        return Options.PREFIX + (end + "_" + rest).toLowerCase(Locale.ROOT);
    }
}
