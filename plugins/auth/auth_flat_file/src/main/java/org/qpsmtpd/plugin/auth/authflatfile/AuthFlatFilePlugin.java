package org.qpsmtpd.plugin.auth.authflatfile;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.AuthCramMd5Hook;
import org.qpsmtpd.api.hook.AuthKeysHook;
import org.qpsmtpd.api.hook.AuthLoginHook;
import org.qpsmtpd.api.hook.AuthPlainHook;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;

/**
 * Authenticates the users of the file {@code flat_auth_pw}.
 *
 * <p>{@code auth-plain}, {@code auth-login}, {@code auth-cram-md5}: OK for the user's password,
 * DENY for another one, DECLINED for a user that is not in the file or has only keys and came by
 * CRAM-MD5. {@code auth_keys}: the keys of the line, or keys made of its password.
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

    private static final HookResult GOOD =
            HookResult.of(Action.OK, "auth_flat_file").because("pass: auth_flat_file");
    private static final HookResult WRONG = HookResult.DENY.because("fail: wrong password");
    private static final HookResult UNKNOWN = HookResult.skip("no such user");
    private static final HookResult NO_PASSWORD = HookResult.skip("no password in clear");

    /** What a user that is not there is compared with, so that it takes as long as others. */
    private static final Secret NOBODY = Secret.of("nobody has this password");

    private static final StoredKeys NOBODYS_KEYS =
            StoredKeys.derive(ScramHash.SHA_256, NOBODY, new byte[16], StoredKeys.USUAL_ITERATIONS);

    private final ConfigView<Map<String, Entry>> users =
            ConfigView.ofEntries(
                    FILE, line -> Entry.parse(line.text()), AuthFlatFilePlugin::byName);

    private volatile boolean hasPasswords = true;

    /** Makes the plugin. */
    @Activate
    public AuthFlatFilePlugin() {}

    /** Of a user with several lines the first counts. */
    private static Map<String, Entry> byName(List<Entry> entries) {
        return entries.stream()
                .collect(
                        Collectors.toUnmodifiableMap(
                                Entry::user, Function.identity(), (first, second) -> first));
    }

    @Override
    public HookResult onAuthPlain(Connection connection, Credentials credentials) {
        return check(connection, credentials);
    }

    @Override
    public HookResult onAuthLogin(Connection connection, Credentials credentials) {
        return check(connection, credentials);
    }

    @Override
    public HookResult onAuthCramMd5(Connection connection, Credentials credentials) {
        return check(connection, credentials);
    }

    private HookResult check(Connection connection, Credentials credentials) {
        Map<String, Entry> known = known(connection);
        Entry entry = known.get(credentials.user());
        if (entry == null) {
            spendTime(known, credentials);
            return UNKNOWN;
        }
        if (!entry.isClear() && !credentials.hasPassword()) {
            return NO_PASSWORD;
        }
        return entry.isProvedBy(credentials) ? GOOD : WRONG;
    }

    private Map<String, Entry> known(Connection connection) {
        Map<String, Entry> known = users.in(connection.config());
        hasPasswords = known.values().stream().anyMatch(Entry::isClear);
        return known;
    }

    private static void spendTime(Map<String, Entry> known, Credentials credentials) {
        boolean keys = known.values().stream().anyMatch(entry -> !entry.isClear());
        if (keys && credentials.hasPassword()) {
            var unused = NOBODYS_KEYS.matches(credentials.password());
        } else {
            var unused = credentials.prove(NOBODY);
        }
    }

    @Override
    public CompletionStage<Optional<StoredKeys>> onAuthKeys(
            Connection connection, ScramHash hash, String user) {
        Optional<Entry> entry = Optional.ofNullable(known(connection).get(user));
        return CompletableFuture.completedFuture(entry.flatMap(its -> its.keys(hash)));
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
