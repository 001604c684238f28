package org.qpsmtpd.plugin.qmaildeliverable;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks qmail-deliverabled whether there is such a mailbox.
 *
 * <p>{@code rcpt}: refuses one that is not there, and the null sender for mailing lists; declines
 * otherwise. Waits without holding a thread.
 *
 * <p>Faults: without an answer the recipient passes, unless {@code on_error} is {@code defer}.
 *
 * <p>Source: qpsmtpd {@code plugins/qmail_deliverable @ df5b04d}.
 */
@Component(
        configurationPid = "qmail_deliverable",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = QmailDeliverableConfig.class, factory = true)
@Plugin(
        name = "qmail_deliverable",
        formerly = "check_qmail_deliverable",
        accepts = "nothing",
        before = "rcpt_ok")
@NonBlocking
public final class QmailDeliverablePlugin implements RcptHook {
    private static final Logger LOG = LoggerFactory.getLogger(QmailDeliverablePlugin.class);
    private static final int NO_MAILBOX = 0x00;
    private static final int MAILING_LIST = 0x14;
    private static final int NOT_LOCAL = 0xfe;
    private static final int NO_ANSWER = 0xff;
    private static final int DELIVERABLE = 0xf0;
    private static final int FINE = 200;

    private static final HookResult UNKNOWN =
            HookResult.denySoft("Mailboxes cannot be looked up now, try again later (#4.3.0)");

    private final Servers servers;
    private final Reject reject;
    private final Duration timeout;
    private final boolean defers;
    private final HttpClient client;

    private enum OnError {
        SKIP,
        DEFER
    }

    /** What was answered. */
    private record Said(int status, String fault) {}

    /**
     * Makes the plugin.
     *
     * @throws IllegalArgumentException naming an option, its value and what is allowed
     */
    @Activate
    public QmailDeliverablePlugin(RejectSettings settings, QmailDeliverableConfig config) {
        reject = Reject.of(settings);
        defers = Choice.of(OnError.class, "on_error", config.on__error()) == OnError.DEFER;
        timeout = Duration.ofSeconds(config.timeout());
        servers = Servers.of(config.server(), Path.of(config.smtproutes__file()), System::nanoTime);
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(timeout)
                        .build();
        if (config.vpopmail__ext()) {
            LOG.warn("option vpopmail_ext has no effect, set it where qmail-deliverabled runs");
        }
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Address address = recipient.address();
        if (transaction.isImmune()) {
            return HookResult.skip("immune");
        }
        if (recipient.notes().has(NoteKey.ALIAS)) {
            return HookResult.skip("alias");
        }
        Optional<String> server =
                address.host().isEmpty() ? Optional.empty() : servers.of(address.comparableHost());
        if (server.isEmpty()) {
            return HookResult.skip("no server for " + address.address());
        }
        boolean fromNobody = transaction.sender().isNull();
        return HookResult.later(
                ask(server.get(), address.address()), said -> answer(said, fromNobody));
    }

    private CompletionStage<Said> ask(String server, String address) {
        String path = "/qd1/deliverable?" + URLEncoder.encode(address, StandardCharsets.UTF_8);
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + server + path))
                        .timeout(timeout)
                        .GET()
                        .build();
        return client.sendAsync(request, head -> new ShortBody())
                .thenApply(QmailDeliverablePlugin::said)
                .exceptionally(failure -> new Said(NO_ANSWER, reason(failure)));
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        if (failure instanceof CompletionException && cause != null) {
            return cause.toString();
        }
        return failure.toString();
    }

    private static Said said(HttpResponse<String> response) {
        String body = response.body().strip();
        boolean isNumber =
                !body.isEmpty()
                        && body.length() <= 3
                        && body.chars().allMatch(c -> c >= '0' && c <= '9');
        if (response.statusCode() != FINE || !isNumber || Integer.parseInt(body) > NO_ANSWER) {
            return new Said(NO_ANSWER, "HTTP status " + response.statusCode() + " and no number");
        }
        return new Said(Integer.parseInt(body), "");
    }

    private HookResult answer(Said said, boolean fromNobody) {
        int status = said.status();
        if (!said.fault().isEmpty()) {
            return (defers ? UNKNOWN : HookResult.DECLINED)
                    .because("error: qmail-deliverabled does not answer: " + said.fault());
        }
        String shown = String.format(Locale.ROOT, "0x%02x", status);
        if (status == NO_MAILBOX) {
            return reject.decide("Sorry, no mailbox by that name. qd (#5.1.1)", "no mailbox")
                    .withKarma(-1);
        }
        if (status == MAILING_LIST && fromNobody) {
            String text = "mailing lists do not accept null senders";
            return HookResult.deny(text, text).withKarma(-1);
        }
        if (status >= NOT_LOCAL) {
            return HookResult.skip("not local, " + shown);
        }
        return status > DELIVERABLE || status == MAILING_LIST
                ? HookResult.pass("deliverable, " + shown)
                : HookResult.skip("not known, " + shown);
    }
}
