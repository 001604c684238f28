package org.qpsmtpd.plugin.auth.authbrake;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.AuthAttempt;
import org.qpsmtpd.api.auth.AuthOutcome;
import org.qpsmtpd.api.hook.AuthPostHook;
import org.qpsmtpd.api.hook.AuthPreHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.api.session.Connection;

/**
 * Slows down and stops those who guess passwords.
 *
 * <p>{@code auth_pre}: lets an attempt wait the longer, the more often the address or the user has
 * failed, whatever comes of it; DENYSOFT for an address that has failed too often. {@code
 * auth_post}: counts.
 *
 * <p>Settings: those of {@link AuthBrakeConfig}.
 *
 * <p>Faults: when the store does not answer attempts go on, unless {@code on_error} is {@code
 * defer}.
 */
@Component(configurationPid = "auth.auth_brake", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthBrakeConfig.class, factory = true)
@Plugin(name = "auth/auth_brake")
@NonBlocking
public final class AuthBrakePlugin implements AuthPreHook, AuthPostHook, PluginFigures {
    static final String STORE = "auth_brake";

    private static final HookResult BLOCKED =
            HookResult.denySoft(
                    "Too many failed authentications, try again later (#4.7.0)",
                    "too many failures of the address");

    private final Brake brake;
    private final Counts counts;
    private final OnError onError;
    private final LongAdder failures = new LongAdder();
    private final LongAdder successes = new LongAdder();
    private final LongAdder delayed = new LongAdder();
    private final LongAdder blocked = new LongAdder();

    /** What becomes of an attempt when the store fails. */
    enum OnError {
        /** It goes on. */
        PASS,
        /** It is to be made again later. */
        DEFER
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public AuthBrakePlugin(AuthBrakeConfig config, @Reference Stores stores) {
        this(config, stores.open(STORE));
    }

    AuthBrakePlugin(AuthBrakeConfig config, Store store) {
        brake =
                new Brake(
                        config.free(),
                        Duration.ofSeconds(config.delay()),
                        Duration.ofSeconds(config.longest__delay()),
                        config.block__after());
        counts = new Counts(store, Duration.ofSeconds(config.within()), config.ipv6__prefix());
        onError = Choice.of(OnError.class, "on_error", config.on__error());
    }

    @Override
    public HookResult onAuthPre(Connection connection, AuthAttempt attempt) {
        return HookResult.later(
                counts.of(connection.remoteAddress(), attempt.user())
                        .thenCompose(found -> answer(attempt, found))
                        .exceptionally(fault -> unknown(fault)));
    }

    private CompletionStage<HookResult> answer(AuthAttempt attempt, Failures found) {
        if (brake.isBlocked(found)) {
            blocked.increment();
            return CompletableFuture.completedFuture(BLOCKED);
        }
        Duration wait = attempt.user().isEmpty() ? Duration.ZERO : brake.delay(found);
        if (wait.isZero()) {
            return CompletableFuture.completedFuture(HookResult.DECLINED);
        }
        delayed.increment();
        return new CompletableFuture<HookResult>()
                .completeOnTimeout(
                        HookResult.DECLINED.because("waited " + wait.toSeconds() + " s"),
                        wait.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private HookResult unknown(Throwable fault) {
        String why = "error: " + fault.getMessage();
        return onError == OnError.DEFER
                ? HookResult.denySoft("Unable to look up failures, try again later (#4.7.0)")
                        .because(why)
                : HookResult.DECLINED.because(why);
    }

    @Override
    public HookResult onAuthPost(Connection connection, AuthAttempt attempt, AuthOutcome outcome) {
        return switch (outcome) {
            case SUCCEEDED -> {
                successes.increment();
                yield HookResult.later(
                        counts.succeeded(attempt.user()).handle((done, fault) -> counted(fault)));
            }
            case FAILED -> {
                failures.increment();
                yield HookResult.later(
                        counts.failed(connection.remoteAddress(), attempt.user())
                                .handle(Counted::new),
                        counted -> tell(connection, counted));
            }
            case DEFERRED -> HookResult.DECLINED;
        };
    }

    /**
     * What came of counting a failure.
     *
     * @param found all failures; null when they were not counted
     * @param fault why not; null when they were
     */
    private record Counted(@Nullable Failures found, @Nullable Throwable fault) {}

    /** Says once that an address has failed too often now. */
    private HookResult tell(Connection connection, Counted counted) {
        Failures found = counted.found();
        if (found != null && brake.blockAfter() > 0 && found.ofAddress() == brake.blockAfter()) {
            connection.log(
                    LogLevel.WARN,
                    List.of(
                            connection.remoteIp()
                                    + " is not let authenticate any more for a while, after "
                                    + found.ofAddress()
                                    + " failures"));
        }
        return counted(counted.fault());
    }

    /** Whatever comes of the counting, the outcome stands. */
    private static HookResult counted(@Nullable Throwable fault) {
        return fault == null
                ? HookResult.DECLINED
                : HookResult.DECLINED.because("error: not counted: " + fault.getMessage());
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.counter("failures", failures.sum()),
                Figure.counter("successes", successes.sum()),
                Figure.counter("delayed", delayed.sum()),
                Figure.counter("blocked", blocked.sum()));
    }
}
