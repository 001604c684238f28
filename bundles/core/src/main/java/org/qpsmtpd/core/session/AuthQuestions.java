package org.qpsmtpd.core.session;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.AuthAttempt;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.hook.AuthCramMd5Hook;
import org.qpsmtpd.api.hook.AuthHook;
import org.qpsmtpd.api.hook.AuthKeysHook;
import org.qpsmtpd.api.hook.AuthLoginHook;
import org.qpsmtpd.api.hook.AuthPlainHook;
import org.qpsmtpd.api.hook.AuthPreHook;
import org.qpsmtpd.api.hook.AuthTokenHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.session.Connection;

/** What an exchange asks of the plugins, and what of that is secret until it is over. */
final class AuthQuestions implements SaslContext {
    private final Turn turn;
    private final String mechanism;
    private final Predicate<String> offered;
    private @Nullable Credentials credentials;
    private @Nullable BearerToken token;
    private String user = "";

    AuthQuestions(Turn turn, String mechanism, Predicate<String> offered) {
        this.turn = turn;
        this.mechanism = mechanism;
        this.offered = offered;
    }

    /** The name that was asked about last; empty before. */
    String user() {
        return user;
    }

    /** Overwrites what is secret. */
    void wipe() {
        if (credentials != null) {
            credentials.wipe();
        }
        if (token != null) {
            token.token().wipe();
        }
    }

    @Override
    public Connection connection() {
        return turn.smtp();
    }

    @Override
    public String serverName() {
        return turn.settings().me();
    }

    @Override
    public Optional<byte[]> channelBinding(String type) {
        return turn.smtp().encrypted().flatMap(it -> it.binding(type));
    }

    @Override
    public Optional<String> certifiedUser() {
        return AuthOffer.certifiedUser(turn);
    }

    @Override
    public CompletionStage<HookResult> permit(String who) {
        CompletableFuture<HookResult> answer = new CompletableFuture<>();
        permit(who, answer::complete, () -> answer.complete(HookResult.DECLINED));
        return answer;
    }

    @Override
    public boolean isOffered(String name) {
        return offered.test(name);
    }

    /** Asks whether somebody may try at all. */
    void permit(String who, Consumer<HookResult> refused, Runnable then) {
        user = who;
        AuthAttempt attempt = new AuthAttempt(mechanism, who);
        turn.ask(
                HookPoint.AUTH_PRE,
                AuthPreHook.class,
                hook -> hook.onAuthPre(turn.smtp(), attempt),
                result -> {
                    if (result.action().refuses()) {
                        refused.accept(result);
                    } else {
                        then.run();
                    }
                });
    }

    @Override
    public CompletionStage<HookResult> check(Credentials given) {
        credentials = given;
        CompletableFuture<HookResult> answer = new CompletableFuture<>();
        permit(
                given.user(),
                answer::complete,
                () -> own(given, first -> askAll(given, first, answer)));
        return answer;
    }

    private void own(Credentials given, Consumer<HookResult> then) {
        switch (given.mechanism()) {
            case "PLAIN" ->
                    turn.ask(
                            HookPoint.AUTH_PLAIN,
                            AuthPlainHook.class,
                            hook -> hook.onAuthPlain(turn.smtp(), given),
                            then);
            case "LOGIN" ->
                    turn.ask(
                            HookPoint.AUTH_LOGIN,
                            AuthLoginHook.class,
                            hook -> hook.onAuthLogin(turn.smtp(), given),
                            then);
            case "CRAM-MD5" ->
                    turn.ask(
                            HookPoint.AUTH_CRAM_MD5,
                            AuthCramMd5Hook.class,
                            hook -> hook.onAuthCramMd5(turn.smtp(), given),
                            then);
            default -> then.accept(HookResult.DECLINED);
        }
    }

    private void askAll(Credentials given, HookResult first, CompletableFuture<HookResult> answer) {
        if (isDecided(first)) {
            answer.complete(first);
            return;
        }
        turn.ask(
                HookPoint.AUTH,
                AuthHook.class,
                hook -> hook.onAuth(turn.smtp(), given),
                second -> answer.complete(second.action() == Action.DECLINED ? first : second));
    }

    private static boolean isDecided(HookResult result) {
        return switch (result.action()) {
            case OK, DENY, DENY_DISCONNECT, DONE -> true;
            case DECLINED, DENYSOFT, DENYSOFT_DISCONNECT -> false;
        };
    }

    @Override
    public CompletionStage<StoredKeys> keys(ScramHash hash, String who) {
        CompletableFuture<StoredKeys> answer = new CompletableFuture<>();
        permit(
                who,
                refusal -> {
                    if (refusal.action().isTemporary()) {
                        answer.completeExceptionally(unknown(refusal));
                    } else {
                        answer.complete(decoy(hash, who));
                    }
                },
                () -> askKeys(hash, who, answer));
        return answer;
    }

    private void askKeys(ScramHash hash, String who, CompletableFuture<StoredKeys> answer) {
        AtomicReference<@Nullable StoredKeys> found = new AtomicReference<>();
        turn.ask(
                HookPoint.AUTH_KEYS,
                AuthKeysHook.class,
                hook ->
                        HookResult.later(
                                hook.onAuthKeys(turn.smtp(), hash, who),
                                keys -> {
                                    boolean fits = keys.filter(k -> k.hash() == hash).isPresent();
                                    found.set(keys.orElse(null));
                                    return fits ? HookResult.OK : HookResult.DECLINED;
                                }),
                result -> {
                    StoredKeys keys = result.action() == Action.OK ? found.get() : null;
                    if (result.action().refuses()) {
                        answer.completeExceptionally(unknown(result));
                    } else {
                        answer.complete(keys == null ? decoy(hash, who) : keys);
                    }
                });
    }

    private static IllegalStateException unknown(HookResult refusal) {
        return new IllegalStateException(
                refusal.reason().isEmpty() ? refusal.text() : refusal.reason());
    }

    private StoredKeys decoy(ScramHash hash, String who) {
        int iterations =
                turn
                        .plugins()
                        .said(
                                turn,
                                HookPoint.AUTH_KEYS,
                                AuthKeysHook.class,
                                AuthKeysHook::usualIterations)
                        .stream()
                        .findFirst()
                        .orElse(StoredKeys.USUAL_ITERATIONS);
        return turn.engine()
                .decoyKeys()
                .of(turn.settings().authSecret(), hash, who, Math.max(1, iterations));
    }

    @Override
    public CompletionStage<TokenVerdict> verdict(BearerToken given) {
        token = given;
        CompletableFuture<TokenVerdict> answer = new CompletableFuture<>();
        permit(
                given.user(),
                refusal -> answer.complete(verdictOf(refusal)),
                () -> askToken(given, answer));
        return answer;
    }

    private void askToken(BearerToken given, CompletableFuture<TokenVerdict> answer) {
        AtomicReference<TokenVerdict> found = new AtomicReference<>(TokenVerdict.UNKNOWN);
        turn.ask(
                HookPoint.AUTH_TOKEN,
                AuthTokenHook.class,
                hook ->
                        HookResult.later(
                                hook.onAuthToken(turn.smtp(), given),
                                verdict -> {
                                    found.set(verdict);
                                    return asResult(verdict);
                                }),
                result ->
                        answer.complete(
                                result.action().isTemporary() ? verdictOf(result) : found.get()));
    }

    private static HookResult asResult(TokenVerdict verdict) {
        return switch (verdict.kind()) {
            case ACCEPTED -> HookResult.OK;
            case REFUSED -> HookResult.deny("", verdict.reason());
            case DEFERRED -> HookResult.denySoft("", verdict.reason());
            case UNKNOWN -> HookResult.DECLINED;
        };
    }

    private static TokenVerdict verdictOf(HookResult refusal) {
        String reason = refusal.reason().isEmpty() ? refusal.text() : refusal.reason();
        return refusal.action().isTemporary()
                ? TokenVerdict.deferred(reason)
                : TokenVerdict.refused(reason);
    }
}
