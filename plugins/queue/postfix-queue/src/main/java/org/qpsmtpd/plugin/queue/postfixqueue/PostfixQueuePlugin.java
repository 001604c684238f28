package org.qpsmtpd.plugin.queue.postfixqueue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.net.Dialer;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts each message into Postfix's queue, by the protocol between Postfix's own parts and its
 * cleanup.
 *
 * <p>{@code queue}: OK when cleanup says that the message is in its queue; DENY or DENYSOFT when it
 * refuses it; DENYSOFT when it cannot be used. Never DECLINED, so no queue plugin after this one is
 * asked.
 *
 * <p>Settings: {@code socket}, {@code flags}, {@code timeout} (240); the file {@code
 * cleanup_sockets}.
 *
 * <p>Faults: nobody listens, an answer that is late or no answer of cleanup, a connection lost, a
 * message that cannot be read: 451. When the answer to the end of a message is lost, the message
 * may be in the queue all the same and come once more.
 *
 * <p>Source: qpsmtpd {@code plugins/queue/postfix-queue @ df5b04d}, cleanup(8) of Postfix 3.7.
 */
@Component(
        configurationPid = "queue.postfix_queue",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = PostfixQueueConfig.class, factory = true)
@Plugin(
        name = "queue/postfix-queue",
        positional = {"socket", "flags..."},
        decides = "queue",
        files = PostfixQueuePlugin.SOCKETS)
public final class PostfixQueuePlugin implements QueueHook, FileCheck {
    private static final Logger LOG = LoggerFactory.getLogger(PostfixQueuePlugin.class);

    static final String SOCKETS = "cleanup_sockets";

    private final ConfigView<List<CleanupSocket>> listed =
            ConfigView.ofEntries(SOCKETS, line -> CleanupSocket.of(line.text()));
    private final List<CleanupSocket> fromEnvironment;
    private final CleanupSocket otherwise;
    private final int flags;
    private final Duration limit;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public PostfixQueuePlugin(PostfixQueueConfig config) {
        this(config, System.getenv());
    }

    PostfixQueuePlugin(PostfixQueueConfig config, Map<String, String> environment) {
        String variable = environment.getOrDefault("POSTFIXQUEUE", "");
        List<String> words = new ArrayList<>(List.of(config.flags()));
        // The socket may be left out before flags.
        boolean isFlag = CleanupFlag.isFlag(config.socket());
        if (isFlag) {
            words.add(config.socket());
        }
        fromEnvironment = variable.isEmpty() ? List.of() : List.of(CleanupSocket.of(variable));
        otherwise = isFlag || config.socket().isEmpty() ? CleanupSocket.USUAL : path(config);
        flags = CleanupFlag.all(words);
        limit = Duration.ofSeconds(config.timeout());
    }

    private static CleanupSocket path(PostfixQueueConfig config) {
        if (!config.socket().startsWith("/")) {
            throw new IllegalArgumentException(
                    "socket '" + config.socket() + "' is not an absolute path");
        }
        return CleanupSocket.of(config.socket());
    }

    @Override
    public void checkLine(String file, String line) {
        CleanupSocket.of(line);
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        if (transaction.recipients().isEmpty()) {
            return CleanupAnswer.deferred("no recipients", "no recipients");
        }
        Dialer cleanup;
        try {
            cleanup = CleanupSocket.first(sockets(transaction.connection().config()), limit);
        } catch (IOException e) {
            return CleanupAnswer.deferred("cleanup cannot be reached", "" + e.getMessage());
        }
        try {
            return submit(transaction, cleanup);
        } finally {
            close(cleanup);
        }
    }

    /** Postfix acts upon what the client said of reports. */
    @Override
    public Set<QueueExtension> honours() {
        return Set.of(QueueExtension.DSN);
    }

    private List<CleanupSocket> sockets(Config config) {
        if (!fromEnvironment.isEmpty()) {
            return fromEnvironment;
        }
        List<CleanupSocket> lines = listed.in(config);
        return lines.isEmpty() ? List.of(otherwise) : lines;
    }

    private HookResult submit(Transaction transaction, Dialer cleanup) {
        try {
            Submission submission = new Submission(transaction, cleanup);
            String id = submission.queueId();
            submission.send(flags);
            return CleanupAnswer.of(submission.finish(), cleanup.place(), queued(transaction, id));
        } catch (BareLineEndException e) {
            return HookResult.deny(
                            "message has a CR or LF that is not part of CRLF (#5.6.0)",
                            "bare CR or LF in the message")
                    .withCode(554);
        } catch (SocketTimeoutException e) {
            return CleanupAnswer.deferred("cleanup did not answer in time", "" + e.getMessage());
        } catch (IOException e) {
            return CleanupAnswer.deferred(
                    "the message could not be handed to cleanup",
                    cleanup.place() + ": " + e.getMessage());
        }
    }

    /** What was answered stands, whatever becomes of the connection. */
    private static void close(Dialer cleanup) {
        try {
            cleanup.close();
        } catch (IOException e) {
            LOG.debug("{}: {}", cleanup.place(), e.toString());
        }
    }

    private static String queued(Transaction transaction, String queueId) {
        String id = transaction.headers().messageId();
        return "Queued! " + id + (id.isEmpty() ? "" : " ") + "(Queue-Id: " + queueId + ")";
    }
}
