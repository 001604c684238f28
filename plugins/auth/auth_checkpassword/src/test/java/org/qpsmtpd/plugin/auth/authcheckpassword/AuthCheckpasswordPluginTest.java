package org.qpsmtpd.plugin.auth.authcheckpassword;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.StandInProgram;

@Timeout(120)
final class AuthCheckpasswordPluginTest {
    /** As the real ones: user and password from descriptor 3, and then the program that follows. */
    private static final String CHECK =
            """
            cat <&3 >"$0.proof"
            env | sort >"$0.environment"
            printf 'bob@example.org\\0s3cret $(id) p\\0Y123456\\0' | cmp -s - "$0.proof" || exit 1
            exec "$@"
            """;

    private final FakeConnection connection =
            FakeConnection.from("192.0.2.7")
                    .withLocal("192.0.2.1", 587)
                    .withConfig(new FakeConfig());
    private final Path folder;
    private AuthCheckpasswordPlugin plugin;

    AuthCheckpasswordPluginTest(@TempDir Path folder) {
        this.folder = folder;
        plugin = plugin();
    }

    @AfterEach
    void close() {
        plugin.close();
    }

    private static AuthCheckpasswordPlugin plugin(String... options) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new AuthCheckpasswordPlugin(Configs.config(AuthCheckpasswordConfig.class, values));
    }

    private StandInProgram program(String script) throws IOException {
        return StandInProgram.at(folder.resolve("check pw"), script);
    }

    private HookResult answer(AuthCheckpasswordPlugin asked, String user, String password) {
        plugin.close();
        plugin = asked;
        Credentials credentials = Credentials.withPassword("LOGIN", user, Secret.of(password));
        HookResult result = plugin.onAuthLogin(connection, credentials);
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    @Test
    void givesTheProofOnDescriptorThree() throws IOException {
        StandInProgram check = program(CHECK);

        HookResult answer =
                answer(plugin("checkpw", check.path()), "bob@example.org", "s3cret $(id) p");

        assertThat(answer.action()).isEqualTo(Action.OK);
        assertThat(answer.text()).isEqualTo("auth_checkpassword");
        assertThat(check.words()).containsExactly("/bin/true");
        assertThat(check.kept("environment"))
                .contains("TCPREMOTEIP=192.0.2.7\n", "TCPLOCALPORT=587\n")
                .doesNotContain("s3cret", "bob");
    }

    @Test
    void refusesAWrongPassword() throws IOException {
        HookResult answer = answer(plugin("checkpw", program(CHECK).path()), "bob", "wrong");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.toString()).doesNotContain("wrong");
    }

    @ParameterizedTest
    @CsvSource({
        "0, OK",
        "1, DECLINED",
        "2, DENYSOFT",
        "3, DENYSOFT",
        "111, DENYSOFT",
        "127, DENYSOFT"
    })
    void goesByTheExitCode(int code, Action action) throws IOException {
        String path = program("cat <&3 >/dev/null; exit " + code).path();

        assertThat(answer(plugin("checkpw", path), "bob", "x").action()).isEqualTo(action);
    }

    @Test
    void runsWhatFollows() throws IOException {
        String path = program(CHECK).path();

        HookResult answer =
                answer(
                        plugin("checkpw", path, "true", "/bin/false"),
                        "bob@example.org",
                        "s3cret $(id) p");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void readsTheFile() throws IOException {
        StandInProgram check =
                StandInProgram.at(folder.resolve("checkpw"), "cat <&3 >/dev/null; exec \"$@\"");
        connection.config().set("smtpauth-checkpassword", check.path() + "  /bin/true");

        assertThat(answer(plugin(), "bob", "x").action()).isEqualTo(Action.OK);
        assertThat(check.words()).containsExactly("/bin/true");
    }

    @Test
    void defersWithoutProgram() {
        assertThat(answer(plugin(), "bob", "x").reason()).contains("no program");
        connection.config().set("smtpauth-checkpassword", "checkpw /bin/true");
        assertThat(answer(plugin(), "bob", "x").action()).isEqualTo(Action.DENYSOFT);
        connection.config().set("smtpauth-checkpassword", "/no/such /bin/true");
        assertThat(answer(plugin(), "bob", "x").reason())
                .contains("/no/such: there is no such file");
    }

    @Test
    void killsOneThatHangs() throws IOException {
        String path = program("exec sleep 600").path();

        HookResult answer = answer(plugin("checkpw", path, "timeoutSeconds", "1"), "bob", "x");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("did not end within 1 seconds");
    }

    @Test
    void refusesMoreThanAProgramReads() throws IOException {
        AuthCheckpasswordPlugin asked = plugin("checkpw", program("exit 0").path());

        assertThat(answer(asked, "bob", "x".repeat(512)).action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void refusesWhatWouldBeAnotherUser() throws IOException {
        AuthCheckpasswordPlugin asked = plugin("checkpw", program("exit 0").path());

        assertThat(answer(asked, "bob\0x", "y").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void runsNoMoreThanAreAllowed() throws IOException {
        String path = program("exec sleep 600").path();
        plugin.close();
        plugin = plugin("checkpw", path, "programs", "1");
        Credentials credentials = Credentials.withPassword("PLAIN", "bob", Secret.of("x"));
        for (int i = 0; i < 31; i++) {
            assertThat(plugin.onAuthPlain(connection, credentials).pending()).isPresent();
        }

        assertThat(plugin.onAuthPlain(connection, credentials).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void saysWhatIsWrongWithAnOption() {
        assertThatThrownBy(() -> plugin("checkpw", "checkpw"))
                .hasMessageContaining("checkpw 'checkpw' is not an absolute path");
        assertThatThrownBy(() -> plugin("true", "/bin/true")).hasMessageContaining("needs checkpw");
        assertThatThrownBy(() -> plugin("checkpw", "/x", "sudo", "-u root"))
                .hasMessageContaining("sudo '-u root'");
    }
}
