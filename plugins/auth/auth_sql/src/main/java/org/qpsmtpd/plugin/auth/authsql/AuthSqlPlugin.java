package org.qpsmtpd.plugin.auth.authsql;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.SlowChecks;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.AuthCramMd5Hook;
import org.qpsmtpd.api.hook.AuthKeysHook;
import org.qpsmtpd.api.hook.AuthLoginHook;
import org.qpsmtpd.api.hook.AuthPlainHook;
import org.qpsmtpd.api.lookup.Outage;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.sql.DatabaseException;

/**
 * Authenticates users whose passwords are in a database; without {@code url} in vpopmail's.
 *
 * <p>{@code auth-plain}, {@code auth-login}, {@code auth-cram-md5}: OK for the user's password,
 * DENY for another one or none, DECLINED for a user that is not there, or of whom no password in
 * clear is there for CRAM-MD5. {@code auth_keys}: the user's keys, or keys made of its password.
 * The database is waited for on threads of the plugin's own.
 *
 * <p>Settings: {@code url}, {@code query}, {@code user}, {@code password_file}, {@code kept}
 * (hashes), {@code connections} (10), {@code timeoutMillis} (3000); files {@code
 * vpopmail_mysql_dsn}, {@code vpopmail_mysql_user}, {@code vpopmail_mysql_pass}.
 *
 * <p>Faults: a database that cannot be asked, a query that fails, a password in a form that is not
 * known: DENYSOFT. When the database does not answer it is not asked for five seconds.
 *
 * <p>Source: qpsmtpd {@code plugins/auth/auth_vpopmail_sql @ df5b04d}.
 */
@Component(configurationPid = "auth.auth_sql", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthSqlConfig.class, factory = true)
@Plugin(
        name = "auth/auth_sql",
        positional = {"url", "query"},
        files = {Source.DSN_FILE, Source.USER_FILE, Source.PASSWORD_FILE},
        formerly = {"auth/auth_vpopmail_sql", "authsql", "auth/authsql"},
        paths = "password_file")
public final class AuthSqlPlugin
        implements AuthPlainHook, AuthLoginHook, AuthCramMd5Hook, AuthKeysHook, FileCheck {
    private final AuthSqlConfig config;
    private final @Nullable Source given;
    private final Kept kept;
    private final byte[] salting = new byte[32];
    private final ConfigView<String> dsn = first(Source.DSN_FILE, Source.DSN);
    private final ConfigView<String> user = first(Source.USER_FILE, "vpopmailuser");
    private final ConfigView<String> password = first(Source.PASSWORD_FILE, "vpoppasswd");
    private final SlowChecks checks;
    private final Outage outage = new Outage();
    private @Nullable Accounts current;
    private volatile @Nullable Account lastFound;

    /** How passwords are kept. */
    private enum Kept {
        HASHES,
        KEYS,
        CLEAR
    }

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public AuthSqlPlugin(AuthSqlConfig config) {
        this.config = config;
        String otherwise = config.url().isEmpty() ? "clear" : "hashes";
        kept = Choice.of(Kept.class, "kept", config.kept().isEmpty() ? otherwise : config.kept());
        given = given(config);
        new SecureRandom().nextBytes(salting);
        checks = new SlowChecks("auth_sql", config.connections());
    }

    private static @Nullable Source given(AuthSqlConfig config) {
        if (config.url().isEmpty()) {
            boolean alone =
                    config.query().isEmpty()
                            && config.user().isEmpty()
                            && config.password__file().isEmpty();
            if (!alone) {
                throw new IllegalArgumentException("query, user and password_file need url");
            }
            return null;
        }
        Source source = Source.of(config);
        new Accounts(source).close();
        return source;
    }

    private static ConfigView<String> first(String file, String otherwise) {
        return new ConfigView<>(
                file, lines -> lines.isEmpty() ? otherwise : lines.get(0).text().strip());
    }

    /** Gives up the checks that are on their way. */
    @Deactivate
    public void close() {
        checks.close();
        closeCurrent();
    }

    private synchronized void closeCurrent() {
        if (current != null) {
            current.close();
            current = null;
        }
    }

    @Override
    public HookResult onAuthPlain(Connection connection, Credentials credentials) {
        return answer(connection, credentials);
    }

    @Override
    public HookResult onAuthLogin(Connection connection, Credentials credentials) {
        return answer(connection, credentials);
    }

    @Override
    public HookResult onAuthCramMd5(Connection connection, Credentials credentials) {
        return answer(connection, credentials);
    }

    private HookResult answer(Connection connection, Credentials credentials) {
        try {
            Accounts accounts = accounts(connection);
            return checks.answer(connection, () -> check(connection, accounts, credentials));
        } catch (IllegalStateException | IllegalArgumentException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    /** Where passwords are now; throws IllegalStateException while nobody is to be asked. */
    private Accounts accounts(Connection connection) {
        Optional<String> away = outage.why(connection.clock().now());
        if (away.isPresent()) {
            throw new IllegalStateException(away.get());
        }
        Source source = given == null ? vpopmail(connection.config()) : given;
        return accounts(source);
    }

    private Source vpopmail(Config files) {
        return Source.vpopmail(config, dsn.in(files), user.in(files), password.in(files));
    }

    private synchronized Accounts accounts(Source source) {
        Accounts known = current;
        if (known != null && known.source().equals(source)) {
            return known;
        }
        closeCurrent();
        Accounts made = new Accounts(source);
        current = made;
        return made;
    }

    private HookResult check(Connection connection, Accounts accounts, Credentials credentials) {
        String title = accounts.source().title();
        try {
            Optional<Account> found = find(connection, accounts, credentials.user());
            if (found.isEmpty()) {
                spendTime(credentials);
                return HookResult.DECLINED.because("fail: " + title + " - no such user");
            }
            return judge(title, found.get(), credentials);
        } catch (DatabaseException e) {
            return failed("the database: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    private static HookResult judge(String title, Account account, Credentials credentials) {
        if (!account.hasPassword()) {
            return HookResult.DENY.because("fail: " + title + " - no password is there");
        }
        if (!credentials.hasPassword() && !account.isClear()) {
            return HookResult.DECLINED.because("fail: " + title + " - no password in clear");
        }
        return account.isProvedBy(credentials)
                ? HookResult.ok(title).because("pass: " + title)
                : HookResult.DENY.because("fail: " + title + " - wrong password");
    }

    private Optional<Account> find(Connection connection, Accounts accounts, String name)
            throws DatabaseException {
        try {
            Optional<Account> found = accounts.find(name);
            outage.end();
            found.ifPresent(account -> lastFound = account);
            return found;
        } catch (DatabaseException e) {
            if (e.isDown()) {
                outage.begin(connection.clock().now(), "the database: " + e.getMessage());
            }
            throw e;
        }
    }

    /** As much as it took for the last one who is there, so that nobody can tell who is. */
    private void spendTime(Credentials credentials) {
        Account last = lastFound;
        if (last != null) {
            var unused = last.isProvedBy(credentials);
        }
    }

    private static HookResult failed(String why) {
        return HookResult.DENYSOFT.because("error: " + why);
    }

    @Override
    public CompletionStage<Optional<StoredKeys>> onAuthKeys(
            Connection connection, ScramHash hash, String user) {
        CompletableFuture<Optional<StoredKeys>> keys = new CompletableFuture<>();
        HookResult asked = HookResult.DENYSOFT;
        try {
            Accounts accounts = accounts(connection);
            asked =
                    checks.answer(
                            connection, () -> complete(keys, connection, accounts, hash, user));
        } catch (IllegalStateException | IllegalArgumentException e) {
            keys.completeExceptionally(e);
        }
        RejectedExecutionException notAsked =
                new RejectedExecutionException("too many checks wait, or the plugin goes");
        asked.pending()
                .<CompletionStage<?>>map(later -> later.stage())
                .orElseGet(() -> CompletableFuture.completedStage(null))
                .whenComplete((said, failure) -> keys.completeExceptionally(notAsked));
        return keys;
    }

    private HookResult complete(
            CompletableFuture<Optional<StoredKeys>> keys,
            Connection connection,
            Accounts accounts,
            ScramHash hash,
            String user) {
        try {
            Optional<Account> found = find(connection, accounts, user);
            keys.complete(found.flatMap(account -> account.keys(hash, user, salting)));
        } catch (DatabaseException | IllegalArgumentException e) {
            keys.completeExceptionally(e);
        }
        return HookResult.DECLINED;
    }

    @Override
    public boolean knowsPasswords() {
        return kept == Kept.CLEAR;
    }

    @Override
    public Set<ScramHash> hashes() {
        return kept == Kept.HASHES ? Set.of() : Set.of(ScramHash.SHA_256);
    }

    @Override
    public void checkLine(String file, String line) {
        if (file.equals(Source.DSN_FILE)) {
            var unused = Dsn.url(line);
        }
    }
}
