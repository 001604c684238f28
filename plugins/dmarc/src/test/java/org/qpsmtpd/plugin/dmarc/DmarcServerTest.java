package org.qpsmtpd.plugin.dmarc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeStores;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** What a client of a real server reads. */
final class DmarcServerTest {
    private final FakeResolver resolver =
            new FakeResolver()
                    .withOthers(Status.NO_NAME)
                    .withTexts("_dmarc.example.org", "v=DMARC1; p=reject");

    @ParameterizedTest
    @CsvSource({
        "From: joe@example.org, 1, perm, 550 5.7.1 failed DMARC policy for example.org",
        "From: joe@example.org, 1, temp, 452 4.7.1 failed DMARC policy for example.org",
        "From: joe@example.net, 1, perm, 250",
        "From: joe@example.org, 0, perm, 250",
        "Subject: hello, 1, perm, '550 5.7.1 empty from address, null sender?'",
        "From: joe, 1, perm, 550 5.7.1 unparseable from header"
    })
    void answersTheMessage(String field, String reject, String type, String reply)
            throws Exception {
        Map<String, Object> settings = Map.of("reject", reject, "reject_type", type);
        DmarcPlugin plugin = Plugins.plugin(settings, resolver, new FakeStores());
        DataHeadersEndHook found =
                transaction -> {
                    transaction.notes().put(Evidence.SPF, "mfrom fail example.org");
                    transaction.notes().put(Evidence.DKIM, "none");
                    return HookResult.DECLINED;
                };
        RcptHook any = (transaction, recipient) -> HookResult.OK;
        QueueHook taken = transaction -> HookResult.OK;
        try (TestServer server =
                        TestServer.builder()
                                .plugin("any", any)
                                .plugin("found", found)
                                .plugin("dmarc", plugin)
                                .plugin("taken", taken)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("joe@example.org", "sue@example.net");
            assertThat(client.data(field + "\n\nHi.\n").toString()).contains(reply);
        }
    }
}
