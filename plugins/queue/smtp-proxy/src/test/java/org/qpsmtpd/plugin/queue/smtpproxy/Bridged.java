package org.qpsmtpd.plugin.queue.smtpproxy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.ScriptedHop;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Next hops, servers with the plugin before them, and clients; closes them after each test. */
final class Bridged implements AfterEachCallback {
    private final List<AutoCloseable> open = new ArrayList<>();

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        open.clear();
    }

    /** A next hop with these lines in its reply to EHLO. */
    ScriptedHop hop(String... offers) throws IOException {
        ScriptedHop hop = ScriptedHop.offering(offers);
        open.add(hop);
        return hop;
    }

    /**
     * A plugin that bridges to a hop and accepts the recipients that it takes.
     *
     * @param settings key, value, key, value ...
     */
    SmtpProxyPlugin plugin(ScriptedHop hop, String... settings) {
        Map<String, Object> values = new HashMap<>();
        values.put("host", "127.0.0.1");
        values.put("port", hop.port());
        values.put("found", "ok");
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        SmtpProxyPlugin plugin = new SmtpProxyPlugin(Configs.config(SmtpProxyConfig.class, values));
        open.add(plugin::close);
        return plugin;
    }

    /** A client of a server with these plugins, which has said EHLO. */
    SmtpClient client(Object... plugins) throws IOException {
        TestServer.Builder builder = TestServer.builder();
        for (int i = 0; i < plugins.length; i++) {
            builder.plugin("plugin" + i, plugins[i]);
        }
        TestServer server = builder.start();
        open.add(server);
        SmtpClient client = server.connect();
        open.add(client);
        client.read();
        client.send("EHLO client.example.org");
        return client;
    }

    /** A client of a server that bridges to a hop. */
    SmtpClient client(ScriptedHop hop, String... settings) throws IOException {
        return client(new Object[] {plugin(hop, settings)});
    }
}
