package org.qpsmtpd.plugin.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

class SubmissionPluginTest {
    private static final String REST = "Subject: a\n  folded  one\nX-Odd:\tkept \n\nBcc: body\n";

    private final Map<String, String> settings = new HashMap<>();
    private final FakeConnection connection =
            FakeConnection.create().relaying().withAuth("ann@example.com", "PLAIN");

    private SubmissionPlugin plugin() {
        return new SubmissionPlugin(Configs.config(SubmissionConfig.class, settings));
    }

    private HookResult mail(FakeConnection client) {
        return plugin().onMail(
                        FakeTransaction.on(client), Address.of("ann@example.com"), Parameters.NONE);
    }

    @Test
    void takesMailOfUsersAlone() {
        HookResult refused = mail(FakeConnection.create().relaying());

        assertThat(refused.action()).isEqualTo(Action.DENY);
        assertThat(refused.code()).isEqualTo(530);
        assertThat(refused.text()).isEqualTo("Authentication required (#5.7.0)");
        assertThat(mail(connection)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void takesMailOfAllThatMayRelayOnWish() {
        settings.put("clients", "relay");

        assertThat(mail(FakeConnection.create()).code()).isEqualTo(530);
        assertThat(mail(FakeConnection.create().relaying())).isEqualTo(HookResult.DECLINED);
        assertThat(mail(connection)).isEqualTo(HookResult.DECLINED);
    }

    private FakeTransaction message(String text) {
        return FakeTransaction.on(connection).withMessage(text);
    }

    @Test
    void completesTheHeader() {
        connection.config().set("me", "mx.example.com");
        FakeTransaction transaction =
                message("From: ann@example.com\nBcc: x@y.test,\n z@y.test\nbcc: w@y.test\n" + REST);

        assertThat(plugin().onDataPost(transaction))
                .isEqualTo(HookResult.pass("Bcc removed, Date added, Message-ID added"));

        assertThat(transaction.headers().all("Bcc")).isEmpty();
        assertThat(transaction.headers().first("Date").orElseThrow().value())
                .matches("\\w{3}, \\d{1,2} \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}");
        assertThat(transaction.headers().first("Message-ID").orElseThrow().value())
                .matches("<[0-9a-z]+\\.[0-9a-z]+@mx\\.example\\.com>");
        assertThat(transaction.message())
                .startsWith("From: ann@example.com\nSubject: a\n  folded  one\nX-Odd:\tkept ")
                .endsWith("\n\nBcc: body\n");
    }

    @Test
    void givesEachMessageAnIdOfItsOwn() {
        FakeTransaction one = message("From: ann@example.com\n\nHi.\n");
        FakeTransaction other = message("From: ann@example.com\n\nHi.\n");
        SubmissionPlugin plugin = plugin();
        assertThat(plugin.onDataPost(one)).isEqualTo(plugin.onDataPost(other));

        assertThat(one.headers().first("Message-ID"))
                .isPresent()
                .isNotEqualTo(other.headers().first("Message-ID"));
    }

    @Test
    void leavesACompleteHeaderAsItIs() {
        String complete = "date: x\nMessage-Id: <a@b>\nFrom: ann@example.com\n" + REST;
        FakeTransaction transaction = message(complete);

        assertThat(plugin().onDataPost(transaction)).isEqualTo(HookResult.pass("complete"));

        assertThat(transaction.message()).isEqualTo(complete);
    }

    @Test
    void leavesAloneWhatItIsToldTo() {
        settings.putAll(
                Map.of(
                        "add_date",
                        "false",
                        "add_message_id",
                        "no",
                        "bcc",
                        "keep",
                        "require_from",
                        "0"));
        String message = "Bcc: x@y.test\nResent-Bcc: x@y.test\n" + REST;
        FakeTransaction transaction = message(message);

        assertThat(plugin().onDataPost(transaction)).isEqualTo(HookResult.pass("complete"));

        assertThat(transaction.message()).isEqualTo(message);
    }

    @Test
    void refusesAMessageWithoutAuthor() {
        FakeTransaction transaction = message("Bcc: x@y.test\n" + REST);

        HookResult refused = plugin().onDataPost(transaction);

        assertThat(refused.action()).isEqualTo(Action.DENY);
        assertThat(refused.text()).isEqualTo("The message has no From header (#5.6.0)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bcc: x@y.test\n", "resent-bcc: x@y.test\n", "BCC:\n"})
    void refusesHiddenRecipientsOnWish(String field) {
        settings.put("bcc", "refuse");
        String message = "From: ann@example.com\n" + field + REST;
        FakeTransaction transaction = message(message);

        HookResult refused = plugin().onDataPost(transaction);

        assertThat(refused.action()).isEqualTo(Action.DENY);
        assertThat(refused.text()).isEqualTo("The message has a Bcc header (#5.6.0)");
        assertThat(transaction.message()).isEqualTo(message);
        assertThat(plugin().onDataPost(message("From: ann@example.com\n" + REST)))
                .isEqualTo(HookResult.pass("Date added, Message-ID added"));
    }

    @Test
    void namesTheWordsForHiddenRecipients() {
        settings.put("bcc", "drop");

        assertThatThrownBy(this::plugin)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("bcc", "drop", "refuse");
    }
}
