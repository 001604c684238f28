package org.qpsmtpd.plugin.auth.authflatfile;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.SlowChecks;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.AuthCramMd5Hook;
import org.qpsmtpd.api.hook.AuthKeysHook;
import org.qpsmtpd.api.hook.AuthLoginHook;
import org.qpsmtpd.api.hook.AuthPlainHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.passwords.StoredPassword;

/**
 * Authenticates the users of the file {@code flat_auth_pw}.
 *
 * <p>{@code auth-plain}, {@code auth-login}, {@code auth-cram-md5}: OK for the user's password,
 * DENY for another one, DECLINED for a user that is not in the file, or whose password is not kept
 * in clear and who came by CRAM-MD5. What takes long to compare is compared on threads of its own.
 * {@code auth_keys}: the keys of the line, or keys made of its password.
 *
 * <p>Faults: without the file nobody is known; a line that cannot be read is logged with its place
 * and left out.
 *
 * <p>Source: qpsmtpd {@code plugins/auth/auth_flat_file} @ df5b04d.
 */
@Component(
        configurationPid = "auth.auth_flat_file",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "auth/auth_flat_file", files = AuthFlatFilePlugin.FILE, formerly = "auth_flat_file")
public final class AuthFlatFilePlugin
        implements AuthPlainHook, AuthLoginHook, AuthCramMd5Hook, AuthKeysHook, FileCheck {
    static final String FILE = "flat_auth_pw";

    /** The server's own, by which it tells nobody who is there; also from start to start. */
    private static final String SECRET_FILE = "auth_secret";

    private static final HookResult GOOD =
            HookResult.of(Action.OK, "auth_flat_file").because("pass: auth_flat_file");
    private static final HookResult WRONG = HookResult.DENY.because("fail: wrong password");
    private static final HookResult UNKNOWN = HookResult.skip("no such user");
    private static final HookResult NO_PASSWORD = HookResult.skip("no password in clear");

    /** Comparing takes nothing but the processor. */
    private static final int AT_ONCE = Math.min(8, Runtime.getRuntime().availableProcessors());

    private final ConfigView<Users> users =
            ConfigView.ofEntries(FILE, line -> Entry.parse(line.text()), Users::new);

    private final SlowChecks checks = new SlowChecks("auth_flat_file", AT_ONCE);

    private final byte[] ownSecret = new byte[32];

    private volatile boolean hasPasswords = true;

    /** Makes the plugin. */
    @Activate
    public AuthFlatFilePlugin() {
        new SecureRandom().nextBytes(ownSecret);
    }

    /** Gives up the comparisons that are on their way. */
    @Deactivate
    public void close() {
        checks.close();
    }

    @Override
    @NonBlocking
    public HookResult onAuthPlain(Connection connection, Credentials credentials) {
        return check(connection, credentials);
    }

    @Override
    @NonBlocking
    public HookResult onAuthLogin(Connection connection, Credentials credentials) {
        return check(connection, credentials);
    }

    @Override
    @NonBlocking
    public HookResult onAuthCramMd5(Connection connection, Credentials credentials) {
        return check(connection, credentials);
    }

    private HookResult check(Connection connection, Credentials credentials) {
        Users known = known(connection);
        StoredPassword kept = known.find(credentials.user());
        if (kept == null) {
            StoredPassword other = known.inPlaceOf(credentials.user(), secret(connection));
            return other == null
                    ? UNKNOWN
                    : compare(connection, credentials, other, UNKNOWN, UNKNOWN);
        }
        if (!kept.isClear() && !credentials.hasPassword()) {
            return NO_PASSWORD;
        }
        return compare(connection, credentials, kept, GOOD, WRONG);
    }

    private HookResult compare(
            Connection connection,
            Credentials credentials,
            StoredPassword kept,
            HookResult same,
            HookResult other) {
        if (kept.isQuick() || !credentials.hasPassword()) {
            return kept.isProvedBy(credentials) ? same : other;
        }
        return checks.answer(connection, () -> kept.isProvedBy(credentials) ? same : other);
    }

    private byte[] secret(Connection connection) {
        return connection
                .config()
                .value(SECRET_FILE)
                .map(secret -> secret.getBytes(StandardCharsets.UTF_8))
                .filter(secret -> secret.length > 0)
                .orElse(ownSecret);
    }

    private Users known(Connection connection) {
        Users known = users.in(connection.config());
        hasPasswords = known.hasClear();
        return known;
    }

    @Override
    public CompletionStage<Optional<StoredKeys>> onAuthKeys(
            Connection connection, ScramHash hash, String user) {
        Optional<StoredPassword> kept = Optional.ofNullable(known(connection).find(user));
        return CompletableFuture.completedFuture(kept.flatMap(its -> its.keys(hash)));
    }

    /** As the file was when somebody was looked for the last time. */
    @Override
    public boolean knowsPasswords() {
        return hasPasswords;
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = Entry.parse(line);
    }
}
