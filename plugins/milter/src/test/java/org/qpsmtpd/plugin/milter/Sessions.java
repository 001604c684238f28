package org.qpsmtpd.plugin.milter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

/** A client's session with one plugin, hook by hook. */
final class Sessions {
    final FakeConnection connection =
            FakeConnection.from("192.0.2.25")
                    .withRemoteHost("client.example.net")
                    .withRemotePort(4711);
    FakeTransaction transaction = FakeTransaction.on(connection);
    private FakeTransaction before = transaction;
    private final MilterPlugin plugin;

    Sessions(MilterPlugin plugin) {
        this.plugin = plugin;
        connection.config().set("me", "mx.example.com");
    }

    static MilterPlugin plugin(Peers peers, String address, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("name", "test", "port", address));
        Map<String, String> peer = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            boolean isPeers =
                    List.of("timeoutSeconds", "failures", "connections").contains(options[i]);
            (isPeers ? peer : values).put(options[i], options[i + 1]);
        }
        return new MilterPlugin(
                Configs.config(MilterConfig.class, values),
                Configs.config(PeerOptions.class, peer),
                peers);
    }

    static HookResult now(HookResult result) {
        HookResult answer = result;
        while (answer.pending().isPresent()) {
            answer = answer.pending().get().answer().toCompletableFuture().join();
        }
        return answer;
    }

    HookResult connect() {
        return now(plugin.onConnect(connection));
    }

    HookResult ehlo() {
        HookResult result = now(plugin.onEhlo(connection, "client.example.net", new ArrayList<>()));
        connection.withEhlo("client.example.net");
        return result;
    }

    HookResult mail(String sender, Map<String, String> parameters) {
        Address address = Address.of(sender);
        transaction.withSender(sender);
        parameters.forEach(transaction::withParameter);
        return now(plugin.onMail(transaction, address, new Parameters(parameters)));
    }

    HookResult mail() {
        return mail("ann@example.com", Map.of());
    }

    HookResult rcpt(String address) {
        return rcpt(address, Map.of());
    }

    HookResult rcpt(String address, Map<String, String> parameters) {
        FakeRecipient recipient = FakeRecipient.of(Address.of(address));
        parameters.forEach(recipient::withParameter);
        HookResult result = now(plugin.onRcptPost(transaction, recipient));
        if (!result.action().refuses()) {
            transaction.withRecipient(address);
        }
        return result;
    }

    HookResult data() {
        return now(plugin.onData(transaction));
    }

    HookResult message(String text) throws IOException {
        transaction.withMessage(text);
        return now(plugin.onDataPost(transaction));
    }

    /** All up to a message, which is not refused before. */
    HookResult whole(String text) throws IOException {
        connect();
        ehlo();
        mail();
        rcpt("bob@example.org");
        data();
        return message(text);
    }

    void reset() {
        plugin.onResetTransaction(transaction);
        before = transaction;
        transaction = FakeTransaction.on(connection);
    }

    /** The one that was reset last. */
    FakeTransaction transactionBefore() {
        return before;
    }

    void disconnect() {
        plugin.onDisconnect(connection);
    }
}
