package org.qpsmtpd.plugin.queue.smtpforward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;

/** Next hops, plugins that forward to them, and messages; closes them after each test. */
final class Forwarding implements AfterEachCallback {
    static final String MESSAGE = "Subject: test\r\n\r\nHello\r\n";

    /** What plugins ask. */
    final FakeResolver resolver = new FakeResolver();

    private final List<AutoCloseable> open = new ArrayList<>();

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
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
     * A plugin that forwards to a hop.
     *
     * @param settings key, value, key, value ...
     */
    SmtpForwardPlugin plugin(ScriptedHop hop, String... settings) {
        Map<String, Object> values = new HashMap<>();
        values.put("host", "127.0.0.1");
        values.put("port", hop.port());
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        return plugin(values);
    }

    SmtpForwardPlugin plugin(Map<String, ?> settings) {
        SmtpForwardPlugin plugin = new SmtpForwardPlugin(config(settings), resolver);
        open.add(plugin::close);
        return plugin;
    }

    static SmtpForwardConfig config(Map<String, ?> settings) {
        return Configs.config(SmtpForwardConfig.class, settings);
    }

    /** A message without sender and recipients. */
    static FakeTransaction transaction() {
        FakeConnection connection = FakeConnection.create().withEhlo("client.example.org");
        connection.config().set("me", "mx.example.com");
        return FakeTransaction.on(connection).withMessage(MESSAGE);
    }

    /** A message from a@example.org to c@example.com. */
    static FakeTransaction message() {
        return transaction().withSender("a@example.org").withRecipient("c@example.com");
    }

    /**
     * A message from a@example.org to c@example.com.
     *
     * @param octets header and body, an octet a character
     */
    static FakeTransaction message(String octets) {
        return message().withMessage(octets.getBytes(ISO_8859_1));
    }

    static void assertQueued(HookResult result) {
        assertThat(result.action()).as(result.reason()).isEqualTo(Action.OK);
    }

    /**
     * @param code 0 for the hook's own
     */
    static void assertRefused(HookResult result, int code, String text) {
        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.code()).isEqualTo(code);
        assertThat(result.text()).isEqualTo(text);
        assertThat(result.reason()).startsWith("fail: ");
    }

    /** The next hop asks to try later. */
    static void assertPutOff(HookResult result, String text) {
        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.code()).isZero();
        assertThat(result.text()).isEqualTo(text);
        assertThat(result.reason()).startsWith("fail: ");
    }

    /** The next hop cannot be used. */
    static void assertDeferred(HookResult result, String reason) {
        assertDeferred(result, reason, "4.3.0");
    }

    /** The next hop cannot be used. */
    static void assertDeferred(HookResult result, String reason, String status) {
        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.code()).isEqualTo(451);
        assertThat(result.text())
                .isEqualTo("Unable to queue message (" + reason + ") (#" + status + ")");
        assertThat(result.reason()).startsWith("error: ");
    }
}
