package org.qpsmtpd.plugin.dnsbl;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeResolver;

/** A client, and a list that works. */
class DnsblFixture {
    static final String ZONE = "bl.example";

    final FakeResolver resolver = new FakeResolver().withOthers(Status.NO_NAME);
    final FakeConnection connection = FakeConnection.from("192.0.2.7");

    @BeforeEach
    void aListThatWorks() {
        works(ZONE);
        zones(ZONE);
    }

    FakeResolver lists(String name, String... codes) {
        return resolver.withAddresses(name, codes);
    }

    void works(String zone) {
        lists("2.0.0.127." + zone, "127.0.0.2");
    }

    void works6(String zone) {
        lists("2.0.0.0.0.0.f.7.f.f.f.f" + ".0".repeat(20) + "." + zone, "127.0.0.2");
    }

    void zones(String... lines) {
        connection.config().set("dnsbl_zones", lines);
    }

    HookResult connect() {
        return connect(plugin(), connection);
    }

    static HookResult connect(DnsblPlugin plugin, FakeConnection client) {
        HookResult result = plugin.onConnect(client);
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    DnsblPlugin plugin() {
        return plugin(Map.of(), Map.of());
    }

    DnsblPlugin plugin(Map<String, ?> reject, Map<String, ?> settings) {
        return new DnsblPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(DnsblConfig.class, settings),
                resolver,
                Optional.empty());
    }
}
