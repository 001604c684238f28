package org.qpsmtpd.plugin.mtahooks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** What a service is told of a client and of an envelope, as members of JSON. */
final class Facts {
    private static final int VERSION = 1;
    private static final String UNKNOWN = "Unknown";

    private Facts() {}

    /**
     * The member {@code context}.
     *
     * @param helo the client's name by HELO or EHLO; empty before
     * @param transaction null before there is one
     */
    static Map<String, Object> context(
            HookStage stage,
            Connection connection,
            String helo,
            @Nullable Transaction transaction) {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("stage", stage.word());
        context.put("client", client(connection, helo));
        if (!connection.authUser().isEmpty()) {
            context.put(
                    "sasl",
                    Map.of("login", connection.authUser(), "method", connection.authMechanism()));
        }
        connection
                .tls()
                .ifPresent(
                        tls ->
                                context.put(
                                        "tls",
                                        Map.of("version", tls.protocol(), "cipher", tls.cipher())));
        context.put("server", server(connection));
        if (transaction != null) {
            context.put("queue", Map.of("id", transaction.id()));
        }
        context.put("protocol", Map.of("version", VERSION));
        return context;
    }

    private static Map<String, @Nullable Object> client(Connection connection, String helo) {
        String host = connection.remoteHost();
        Map<String, @Nullable Object> client = new LinkedHashMap<>();
        client.put("ip", connection.remoteIp());
        client.put("port", connection.remotePort());
        client.put("ptr", host.equals(UNKNOWN) ? null : host);
        client.put("helo", helo.isEmpty() ? null : helo);
        client.put("activeConnections", 1);
        return client;
    }

    private static Map<String, @Nullable Object> server(Connection connection) {
        Map<String, @Nullable Object> server = new LinkedHashMap<>();
        server.put("name", connection.config().value("me").orElseGet(HostName::ofThisMachine));
        server.put("port", connection.localPort());
        server.put("ip", connection.localIp().isEmpty() ? null : connection.localIp());
        return server;
    }

    /**
     * The member {@code envelope}.
     *
     * @param recipients in order
     */
    static Map<String, Object> envelope(
            Address sender, Parameters parameters, List<Recipient> recipients) {
        Map<String, Object> envelope = new LinkedHashMap<>();
        envelope.put("from", path(sender, parameters));
        List<Object> to = new ArrayList<>();
        recipients.forEach(each -> to.add(path(each.address(), each.parameters())));
        envelope.put("to", to);
        return envelope;
    }

    private static Map<String, Object> path(Address address, Parameters parameters) {
        Map<String, Object> path = new LinkedHashMap<>();
        path.put("address", address.address());
        if (!parameters.values().isEmpty()) {
            path.put("parameters", new TreeMap<>(parameters.values()));
        }
        return path;
    }
}
