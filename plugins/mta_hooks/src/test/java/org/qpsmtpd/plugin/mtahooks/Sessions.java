package org.qpsmtpd.plugin.mtahooks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandIn;

/** A client's session, and the plugin as it is asked in it. */
final class Sessions implements AutoCloseable {
    static final String MESSAGE = "From: a@example.org\nSubject: one\n two\nX-A: 1\n\nhello\n";

    final NettyPeers peers = new NettyPeers();
    final FakeConnection connection =
            FakeConnection.from("192.0.2.7").withRemotePort(4711).withEhlo("helo.example.net");
    final FakeTransaction transaction =
            FakeTransaction.on(connection)
                    .withSender("joe@example.net")
                    .withRecipient("ann@example.org");

    Sessions() throws IOException {
        connection.config().set("me", "mx.example.org");
        transaction.withMessage(MESSAGE);
    }

    MtaHooksPlugin plugin(String url, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("url", url));
        Map<String, String> peer = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            boolean isPeers = options[i].endsWith("Seconds") || options[i].equals("failures");
            (isPeers ? peer : values).put(options[i], options[i + 1]);
        }
        return new MtaHooksPlugin(
                Configs.config(MtaHooksConfig.class, values),
                Configs.config(PeerOptions.class, peer),
                peers);
    }

    /** What is asked of a plugin. */
    interface Call {
        HookResult on(MtaHooksPlugin plugin);
    }

    HookResult answerOf(StandIn.Script script, Call call, String... options) throws IOException {
        try (StandIn service = StandIn.onPort(script)) {
            return now(call.on(plugin("http://" + service.address() + "/hook?a=b", options)));
        }
    }

    /** Asks, where the answer does not matter. */
    void ask(StandIn.Script script, Call call, String... options) throws IOException {
        var unused = answerOf(script, call, options);
    }

    void ask(StandIn.Script script, String... options) throws IOException {
        ask(script, this::data, options);
    }

    HookResult answerOf(StandIn.Script script, String... options) throws IOException {
        return answerOf(script, this::data, options);
    }

    HookResult answerTo(String json, String... options) throws IOException {
        return answerOf(StandInService.saying(json), options);
    }

    HookResult now(HookResult result) {
        return connection.answered(
                result.pending()
                        .map(later -> later.answer().toCompletableFuture().join())
                        .orElse(result));
    }

    HookResult connect(MtaHooksPlugin plugin) {
        return plugin.onConnect(connection);
    }

    HookResult ehlo(MtaHooksPlugin plugin) {
        return plugin.onEhlo(connection, "client.example.net", new ArrayList<>());
    }

    HookResult mail(MtaHooksPlugin plugin) {
        return plugin.onMail(
                transaction, transaction.sender(), new Parameters(Map.of("size", "5")));
    }

    HookResult rcpt(MtaHooksPlugin plugin) {
        FakeRecipient next = FakeRecipient.of("bob@example.org").withParameter("notify", "NEVER");
        return plugin.onRcptPost(transaction, next);
    }

    HookResult data(MtaHooksPlugin plugin) {
        return plugin.onDataPost(transaction);
    }

    List<String> recipients() {
        return transaction.recipients().stream().map(each -> each.address().address()).toList();
    }

    @Override
    public void close() {
        peers.close();
    }
}
