package org.qpsmtpd.plugin.auth.authldapbind;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SlowChecks;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.AuthLoginHook;
import org.qpsmtpd.api.hook.AuthPlainHook;
import org.qpsmtpd.api.lookup.Outage;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.ldap.DirectoryException;

/**
 * Has an LDAP directory tell whether a password is right: looks for the user's entry, and binds as
 * it.
 *
 * <p>{@code auth-plain}, {@code auth-login}: OK when the directory takes the password; DECLINED
 * when it does not, or has no such user. The directory is waited for on threads of the plugin's
 * own.
 *
 * <p>Settings: {@code ldap_base}, {@code ldap_host} (127.0.0.1), {@code ldap_port} (389), {@code
 * ldap_timeout} (5 seconds), {@code ldap_auth_filter_attr} (uid), each of which may be in the file
 * {@code ldap}; {@code servers}, {@code filter}, {@code bind_dn}, {@code password_file}, {@code
 * starttls} (false), {@code caFile}, {@code decoy_dn}, {@code connections} (100), {@code on_error}.
 *
 * <p>Faults: a directory that cannot be asked: DENYSOFT, or with {@code on_error pass} DECLINED; it
 * is then not asked for five seconds.
 *
 * <p>Source: qpsmtpd {@code plugins/auth/auth_ldap_bind @ df5b04d}, RFC 4513 section 5.1.
 */
@Component(
        configurationPid = "auth.auth_ldap_bind",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthLdapBindConfig.class, factory = true)
@Plugin(
        name = "auth/auth_ldap_bind",
        files = AuthLdapBindPlugin.FILE,
        formerly = "auth_ldap_bind",
        paths = {"password_file", "caFile"})
public final class AuthLdapBindPlugin implements AuthPlainHook, AuthLoginHook, FileCheck {
    static final String FILE = "ldap";

    private static final String REFUSED = "fail: authldap - wrong username or password: ";
    private static final HookResult RIGHT =
            HookResult.ok("authldap").because("pass: the directory takes the password");

    private final AuthLdapBindConfig config;
    private final OnError onError;
    private final ConfigView<Map<String, String>> listed =
            ConfigView.ofEntries(
                    FILE,
                    line -> Place.parse(line.text()),
                    entries ->
                            entries.stream()
                                    .collect(
                                            Collectors.toUnmodifiableMap(
                                                    Map.Entry::getKey,
                                                    Map.Entry::getValue,
                                                    (first, second) -> second)));
    private final SlowChecks checks;
    private final Outage outage = new Outage();
    private @Nullable Users current;

    private enum OnError {
        DEFER,
        PASS,
        SKIP
    }

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public AuthLdapBindPlugin(AuthLdapBindConfig config) {
        this.config = config;
        onError = Choice.of(OnError.class, "on_error", config.on__error());
        Place place = Place.of(config, Map.of());
        // The rest is looked at where a file may not change it any more.
        new Users(new Place("dc=test", place.filter(), place.directory()), "").close();
        checks = new SlowChecks("auth_ldap_bind", config.connections());
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
        Place place = Place.of(config, listed.in(connection.config()));
        if (place.base().isEmpty()) {
            return failed("no ldap_base: give it as an option, or write it into the file " + FILE);
        }
        Optional<String> away = outage.why(connection.clock().now());
        if (away.isPresent()) {
            return failed(away.get());
        }
        Users users = users(place);
        return checks.answer(connection, () -> check(connection, users, credentials));
    }

    @Override
    public HookResult onAuthLogin(Connection connection, Credentials credentials) {
        return onAuthPlain(connection, credentials);
    }

    private synchronized Users users(Place place) {
        Users known = current;
        if (known != null && known.areAt(place)) {
            return known;
        }
        closeCurrent();
        Users made = new Users(place, config.decoy__dn());
        current = made;
        return made;
    }

    private HookResult check(Connection connection, Users users, Credentials credentials) {
        try {
            Users.Proof proof = users.prove(credentials.user(), credentials.password());
            outage.end();
            return switch (proof) {
                case RIGHT -> RIGHT;
                case WRONG -> HookResult.DECLINED.because(REFUSED + "not the user's password");
                case UNKNOWN -> HookResult.DECLINED.because(REFUSED + "no such user");
                case AMBIGUOUS -> HookResult.DECLINED.because(REFUSED + "more than one such user");
            };
        } catch (DirectoryException e) {
            String why = "the directory: " + e.getMessage();
            if (e.isDown()) {
                outage.begin(connection.clock().now(), why);
            }
            return failed(why);
        }
    }

    private HookResult failed(String why) {
        HookResult answer = onError == OnError.DEFER ? HookResult.DENYSOFT : HookResult.DECLINED;
        return answer.because("error: authldap - temporary auth error: " + why);
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = Place.parse(line);
    }
}
