package org.qpsmtpd.plugin.ident.p0f;

import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Fingerprint;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Tells what operating system a client has, as p0f sees it in its packets, and refuses some.
 *
 * <p>{@code connect}: asks p0f and sets the note {@code p0f}; always DECLINED. {@code rcpt}: DENY
 * when the system is in the file {@code p0f_blocked_operating_systems}. {@code data_post}: puts the
 * note into the fields X-P0F-Genre and X-P0F-Link-Type, always DECLINED. No thread of the server is
 * held while p0f is waited for.
 *
 * <p>Settings: {@code socket}, the first word; {@code version} (3); {@code smite_os}, a regular
 * expression; {@code add_headers} (true); {@code timeoutMillis} (1000).
 *
 * <p>Faults: when p0f cannot be asked, nothing is known of the client, and nobody is refused; p0f
 * is asked again after some seconds.
 *
 * <p>Source: qpsmtpd {@code plugins/ident/p0f} of 1.02; p0f 3, README, section 4.
 */
@Component(configurationPid = "ident.p0f", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = P0fConfig.class, factory = true)
@Plugin(
        name = "ident/p0f",
        positional = "socket",
        paths = "socket",
        files = BlockedSystems.FILE,
        accepts = "nothing")
@NonBlocking
public final class P0fPlugin implements ConnectHook, RcptHook, DataPostHook, FileCheck {
    private static final HookResult NO_MATCH = HookResult.pass("p0f knows nothing of the client");
    private static final HookResult LATE =
            HookResult.DECLINED.because("error: p0f did not answer in time");
    private static final HookResult BLOCKED = HookResult.deny("OS Blocked");

    private final P0fSocket socket;
    private final Duration limit;
    private final boolean addHeaders;
    private final Predicate<String> smitten;
    private final Patterns patterns;
    private final ConfigView<List<Predicate<String>>> blocked;

    /** What came of a question to p0f. */
    private record Outcome(Optional<Fingerprint> found, @Nullable Throwable failure) {}

    @Activate
    public P0fPlugin(P0fConfig config, @Reference Patterns patterns) {
        this.patterns = patterns;
        if (config.version() != 3) {
            throw new IllegalArgumentException(
                    "version '"
                            + config.version()
                            + "' is not spoken here: run p0f 3 with -s SOCKET, and write version 3"
                            + " or nothing");
        }
        if (config.socket().isEmpty()) {
            throw new IllegalArgumentException(
                    "the first word must be the socket that p0f -s listens on, such as"
                            + " /run/p0f.sock");
        }
        limit = Duration.ofMillis(config.timeoutMillis());
        addHeaders = config.add__headers();
        smitten = config.smite__os().isEmpty() ? genre -> false : smitten(config.smite__os());
        blocked = BlockedSystems.view(patterns);
        socket = new P0fSocket(Path.of(config.socket()), limit);
    }

    private Predicate<String> smitten(String expression) {
        try {
            return patterns.compile(expression, true);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("smite_os: " + e.getMessage(), e);
        }
    }

    /** Asks no more. */
    @Deactivate
    public void close() {
        socket.close();
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = BlockedSystems.parse(line, patterns);
    }

    @Override
    public HookResult onConnect(Connection connection) {
        return HookResult.later(
                socket.ask(connection.remoteAddress(), connection.carrying(socket.thread()))
                        .handle(
                                (found, failure) ->
                                        failure == null
                                                ? new Outcome(found, null)
                                                : new Outcome(Optional.empty(), failure)),
                limit,
                LATE,
                outcome -> noted(connection, outcome));
    }

    private HookResult noted(Connection connection, Outcome outcome) {
        Throwable failure = outcome.failure();
        if (failure != null) {
            return HookResult.DECLINED.because("error: " + failure.getMessage());
        }
        if (outcome.found().isEmpty()) {
            return NO_MATCH;
        }
        Fingerprint found = outcome.found().get();
        connection.notes().put(NoteKey.P0F, found);
        String genre = found.genre().isEmpty() ? "unknown system" : found.genre();
        HookResult answer = HookResult.pass(genre + ", " + found.link());
        return smitten.test(found.genre()) ? answer.withKarma(-1) : answer;
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        Connection connection = transaction.connection();
        Optional<Fingerprint> known = connection.notes().get(NoteKey.P0F);
        List<Predicate<String>> systems = blocked.in(connection.config());
        if (known.isEmpty() || systems.isEmpty() || transaction.isImmune()) {
            return HookResult.DECLINED;
        }
        String genre = known.get().genre();
        return systems.stream().anyMatch(system -> system.test(genre))
                ? BLOCKED.because("fail: " + genre + " is blocked")
                : HookResult.DECLINED;
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (addHeaders) {
            Headers headers = transaction.headers();
            headers.remove("X-P0F-Genre");
            headers.remove("X-P0F-Link-Type");
            transaction.connection().notes().get(NoteKey.P0F).ifPresent(p -> append(headers, p));
        }
        return HookResult.DECLINED;
    }

    private static void append(Headers headers, Fingerprint found) {
        headers.append("X-P0F-Genre", found.genre());
        headers.append("X-P0F-Link-Type", found.link());
    }
}
