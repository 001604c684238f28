package org.qpsmtpd.plugin.auth.authcheckpassword;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
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
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.session.Connection;

/**
 * Has a checkpassword program tell whether a password is right.
 *
 * <p>{@code auth-plain}, {@code auth-login}: OK when the program ends with 0; DECLINED when it ends
 * with 1, or when name and password are more than such a program reads; DENYSOFT else. The program
 * is waited for on a thread of the plugin's own.
 *
 * <p>Settings: {@code checkpw}, {@code true} ({@code /bin/true}), {@code sudo}, {@code
 * timeoutSeconds} (30), {@code programs} (10); file {@code smtpauth-checkpassword}.
 *
 * <p>Faults: a program that is not named, cannot be started, does not end in time or ends with
 * another code: DENYSOFT.
 *
 * <p>Source: qpsmtpd {@code plugins/auth/auth_checkpassword @ df5b04d}, checkpassword(8).
 */
@Component(
        configurationPid = "auth.auth_checkpassword",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AuthCheckpasswordConfig.class, factory = true)
@Plugin(
        name = "auth/auth_checkpassword",
        files = "smtpauth-checkpassword",
        formerly = "auth_checkpassword",
        paths = {"checkpw", "true"})
public final class AuthCheckpasswordPlugin implements AuthPlainHook, AuthLoginHook {
    private static final String FILE = "smtpauth-checkpassword";
    private static final HookResult TOO_LONG =
            HookResult.DECLINED.because(
                    "fail: name and password are more than the "
                            + Proof.LONGEST
                            + " octets allowed");

    private final @Nullable CheckProgram given;
    private final ConfigView<Optional<CheckProgram>> listed =
            ConfigView.ofEntries(
                    FILE,
                    line -> CheckProgram.parse(line.text()),
                    programs -> programs.stream().findFirst());
    private final String sudo;
    private final Duration limit;
    private final SlowChecks checks;

    /**
     * Starts nothing yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public AuthCheckpasswordPlugin(AuthCheckpasswordConfig config) {
        given = given(config);
        sudo = config.sudo();
        if (!sudo.matches("([A-Za-z0-9_][A-Za-z0-9_.-]*)?")) {
            throw new IllegalArgumentException("sudo '" + sudo + "' is not the name of a user");
        }
        limit = Duration.ofSeconds(config.timeoutSeconds());
        checks = new SlowChecks("auth_checkpassword", config.programs());
    }

    private static @Nullable CheckProgram given(AuthCheckpasswordConfig config) {
        if (config.checkpw().isEmpty()) {
            if (!config.true$().isEmpty()) {
                throw new IllegalArgumentException("true '" + config.true$() + "' needs checkpw");
            }
            return null;
        }
        String next = config.true$().isEmpty() ? "/bin/true" : config.true$();
        return CheckProgram.of("checkpw", config.checkpw(), "true", next);
    }

    /** Gives up the checks that are on their way. */
    @Deactivate
    public void close() {
        checks.close();
    }

    @Override
    public HookResult onAuthPlain(Connection connection, Credentials credentials) {
        CheckProgram known = given;
        Optional<CheckProgram> program =
                known == null ? listed.in(connection.config()) : Optional.of(known);
        if (program.isEmpty()) {
            return HookResult.DENYSOFT.because(
                    "error: no program: give the option checkpw, or write it into " + FILE);
        }
        Map<String, String> environment = environment(connection);
        return checks.answer(connection, () -> check(program.get(), environment, credentials));
    }

    @Override
    public HookResult onAuthLogin(Connection connection, Credentials credentials) {
        return onAuthPlain(connection, credentials);
    }

    private static Map<String, String> environment(Connection connection) {
        return Map.of(
                "PATH",
                "/bin:/usr/bin",
                "PROTO",
                "TCP",
                "TCPREMOTEIP",
                connection.remoteIp(),
                "TCPLOCALPORT",
                String.valueOf(connection.localPort()));
    }

    private HookResult check(
            CheckProgram program, Map<String, String> environment, Credentials credentials)
            throws InterruptedException {
        Optional<byte[]> proof = Proof.of(credentials);
        if (proof.isEmpty()) {
            return TOO_LONG;
        }
        try {
            ProgramEnd end =
                    program.start(sudo, environment, limit).end(pipe -> pipe.write(proof.get()));
            return answer(program, end);
        } catch (IOException e) {
            return HookResult.DENYSOFT.because("error: " + e.getMessage());
        } finally {
            Arrays.fill(proof.get(), (byte) 0);
        }
    }

    /** What the program wrote is not shown, since nobody knows what it writes of a password. */
    private HookResult answer(CheckProgram program, ProgramEnd end) {
        if (!end.inTime()) {
            return HookResult.DENYSOFT.because(
                    "error: " + program + " did not end within " + limit.toSeconds() + " seconds");
        }
        return switch (end.exitCode()) {
            case 0 -> HookResult.ok("auth_checkpassword").because("pass: " + program);
            case 1 -> HookResult.DECLINED.because("fail: " + program + " refuses the password");
            case 111 -> trouble(program, "has a problem now (111)");
            case 126, 127 -> trouble(program, "cannot be executed (" + end.exitCode() + ")");
            case 2 -> trouble(program, "was not called as it wants to be (2)");
            default -> trouble(program, "ended with " + end.exitCode());
        };
    }

    private static HookResult trouble(CheckProgram program, String what) {
        return HookResult.DENYSOFT.because("error: " + program + " " + what);
    }
}
