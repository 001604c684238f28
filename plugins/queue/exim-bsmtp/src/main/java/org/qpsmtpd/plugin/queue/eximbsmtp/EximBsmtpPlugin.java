package org.qpsmtpd.plugin.queue.eximbsmtp;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.smtpclient.BareLineEndException;

/**
 * Hands each message to Exim by its batched SMTP.
 *
 * <p>{@code queue}: OK when Exim ended with 0 and said nothing; DENY or DENYSOFT with its text when
 * it refuses; DENYSOFT when it cannot be used. Never DECLINED, so no queue plugin after this one is
 * asked.
 *
 * <p>Settings: {@code exim_path} ({@code /usr/sbin/rsmtp}), {@code timeout} (240).
 *
 * <p>Faults: Exim cannot be started, does not end in time or ends otherwise, the message cannot be
 * read or put into a file: 451. Exim reads a whole file, so it never gets a part of a message.
 *
 * <p>Source: qpsmtpd {@code plugins/queue/exim-bsmtp @ df5b04d}, Exim's manual on {@code -bS}.
 */
@Component(configurationPid = "queue.exim_bsmtp", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = EximBsmtpConfig.class, factory = true)
@Plugin(name = "queue/exim-bsmtp", decides = "queue", paths = "exim_path")
public final class EximBsmtpPlugin implements QueueHook {
    private final Program exim;

    /**
     * Starts nothing yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public EximBsmtpPlugin(EximBsmtpConfig config) {
        Path path = Program.path("exim_path", config.exim__path());
        exim = Program.of(Duration.ofSeconds(config.timeout()), path.toString(), "-bS");
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        if (transaction.recipients().isEmpty()) {
            return Answers.deferred("no recipients", "no recipients");
        }
        Path batch;
        try {
            batch = transaction.temporaryFile();
            new Batch(transaction).writeTo(batch);
        } catch (BareLineEndException e) {
            return HookResult.deny(
                            "message has a CR or LF that is not part of CRLF (#5.6.0)",
                            "bare CR or LF in the message")
                    .withCode(554);
        } catch (IOException e) {
            return Answers.deferred(
                    "the message cannot be read", "the message cannot be put into a file: " + e);
        }
        return run(batch);
    }

    private HookResult run(Path batch) {
        try {
            return Answers.to(exim.run(batch), exim.toString());
        } catch (IOException e) {
            return Answers.deferred("Exim cannot be started", "" + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answers.deferred("interrupted", exim + ": interrupted and killed");
        }
    }
}
