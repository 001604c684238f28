package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.session.NoteKey;

/** What the server makes of the karma in an answer. */
@Timeout(60)
class KarmaTest {
    @Test
    void isTheConnectionsBeforeTheNextPluginIsAsked() throws Exception {
        MailHook bad = (transaction, sender, parameters) -> HookResult.DECLINED.withKarma(-3);
        MailHook good =
                (transaction, sender, parameters) ->
                        HookResult.later(
                                        CompletableFuture.completedFuture(
                                                HookResult.OK.because("pass: known")))
                                .withKarma(1);
        RcptHook teller =
                (transaction, recipient) ->
                        HookResult.deny(
                                "karma "
                                        + transaction
                                                .connection()
                                                .notes()
                                                .get(NoteKey.KARMA)
                                                .orElse(0));
        try (TestServer server =
                        TestServer.builder()
                                .plugin("bad", bad)
                                .plugin("good", good)
                                .plugin("teller", teller)
                                .start();
                SmtpClient client = server.connect()) {
            assertThat(client.open("a@b.test", "c@example.com").text()).contains("karma -2");
        }
    }
}
