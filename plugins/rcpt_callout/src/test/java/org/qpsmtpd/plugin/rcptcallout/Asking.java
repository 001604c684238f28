package org.qpsmtpd.plugin.rcptcallout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.lookup.LookupSettings;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeStores;
import org.qpsmtpd.testkit.FakeTransaction;

/** Plugins and what they are asked, with one clock and one store. */
final class Asking implements AutoCloseable {
    final FakeClock clock = new FakeClock();
    final FakeStores stores = new FakeStores(clock);
    final FakeTransaction transaction =
            FakeTransaction.on(FakeConnection.create().withClock(clock));

    private final List<RcptCalloutPlugin> plugins = new ArrayList<>();
    private final Map<String, Object> usual = new HashMap<>();

    /** The probe is off unless a test asks for it. */
    Asking() {
        transaction.connection().config().set("rcpthosts", "ours.test", "other.test");
        usual.put("host", "127.0.0.1");
        usual.put("probe", false);
        usual.put("tls", "none");
        usual.put("timeoutSeconds", 20);
    }

    RcptCalloutPlugin plugin(int port, Object... settings) {
        return plugin(Map.of(), port, settings);
    }

    RcptCalloutPlugin plugin(Map<String, ?> lookup, int port, Object... settings) {
        Map<String, Object> all = new HashMap<>(usual);
        all.put("port", port);
        for (int at = 0; at < settings.length; at += 2) {
            all.put((String) settings[at], settings[at + 1]);
        }
        RcptCalloutPlugin plugin =
                new RcptCalloutPlugin(
                        Configs.config(RejectSettings.class),
                        Configs.config(LookupSettings.class, lookup),
                        Configs.config(RcptCalloutConfig.class, all),
                        stores);
        plugins.add(plugin);
        return plugin;
    }

    /** The answer, waited for. */
    HookResult rcpt(RcptCalloutPlugin plugin, String address) throws Exception {
        return begin(plugin, address).get(60, TimeUnit.SECONDS);
    }

    /** The answer to come. */
    CompletableFuture<HookResult> begin(RcptCalloutPlugin plugin, String address) {
        HookResult result = plugin.onRcpt(transaction, FakeRecipient.of(address));
        return result.pending().isEmpty()
                ? CompletableFuture.completedFuture(result)
                : result.pending().get().answer().toCompletableFuture();
    }

    @Override
    public void close() {
        plugins.forEach(RcptCalloutPlugin::close);
    }
}
