package org.qpsmtpd.plugin.queue.qmailqueue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.program.ProgramRun;
import org.qpsmtpd.api.program.UnixLines;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/**
 * Hands each message to the program qmail-queue: the message on its descriptor 0, the envelope on
 * its descriptor 1.
 *
 * <p>{@code queue}: OK when the program has read the whole message and ended with 0; DENY or
 * DENYSOFT as its exit code says otherwise; DENYSOFT when it cannot be used. Never DECLINED, so no
 * queue plugin after this one is asked.
 *
 * <p>Settings: {@code program}, {@code timeout} (240).
 *
 * <p>Faults: a program that cannot be started, does not end in time, or ends with 0 before it has
 * read the message, and a message or envelope that the disk does not give or take: 451.
 *
 * <p>Source: qpsmtpd {@code plugins/queue/qmail-queue @ df5b04d}, qmail-queue(8).
 */
@Component(
        configurationPid = "queue.qmail_queue",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = QmailQueueConfig.class, factory = true)
@Plugin(
        name = "queue/qmail-queue",
        positional = {"program", "timeout"},
        decides = "queue",
        paths = "program")
public final class QmailQueuePlugin implements QueueHook {
    private static final String PATH = "/bin:/usr/bin:/var/qmail/bin";

    private final QueueProgram program;
    private final Duration limit;

    /**
     * Starts nothing yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public QmailQueuePlugin(QmailQueueConfig config) {
        this(config, System.getenv());
    }

    QmailQueuePlugin(QmailQueueConfig config, Map<String, String> environment) {
        program = QueueProgram.chosen(config.program(), environment);
        limit = Duration.ofSeconds(config.timeout());
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        if (transaction.recipients().isEmpty()) {
            return Answers.deferred("no recipients", "no recipients");
        }
        Path envelope;
        try {
            envelope = Envelope.of(transaction).writeTo(transaction.temporaryFile());
        } catch (IOException e) {
            return Answers.deferred("the envelope cannot be written", "the envelope: " + e);
        }
        return queue(transaction, envelope);
    }

    private HookResult queue(Transaction transaction, Path envelope) {
        Connection connection = transaction.connection();
        connection.log(
                LogLevel.NOTICE,
                List.of("(for " + ProcessHandle.current().pid() + ") Queuing to " + program));
        try {
            ProgramRun run = program.start(envelope, environment(connection), limit);
            ProgramEnd end = run.end(pipe -> write(transaction, pipe));
            return Answers.to(end, program.toString(), queued(transaction, run.pid()));
        } catch (IOException e) {
            return Answers.deferred("the queue program cannot be started", "" + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answers.deferred("interrupted", program + ": interrupted and killed");
        }
    }

    private static void write(Transaction transaction, OutputStream pipe) throws IOException {
        UnixLines lines = new UnixLines(pipe);
        transaction.writeMessageTo(lines);
        lines.finish();
    }

    /** What programs that stand before qmail-queue ask; nothing that the client words. */
    private static Map<String, String> environment(Connection connection) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", PATH);
        environment.put("TCPREMOTEIP", connection.remoteIp());
        if (connection.isRelayClient()) {
            environment.put("RELAYCLIENT", "");
        }
        return environment;
    }

    private static String queued(Transaction transaction, long pid) {
        long epoch = transaction.connection().clock().now().getEpochSecond();
        return ("Queued! " + epoch + " qp " + pid + " " + messageId(transaction)).strip();
    }

    /** In angle brackets; empty when there is none. */
    private static String messageId(Transaction transaction) {
        String word = transaction.headers().messageId();
        if (word.isEmpty()) {
            return "";
        }
        return (word.startsWith("<") ? "" : "<") + word + (word.endsWith(">") ? "" : ">");
    }
}
