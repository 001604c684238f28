package org.qpsmtpd.plugin.quitfortune;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QuitHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Hello;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says goodbye with a short fortune cookie.
 *
 * <p>Hook {@code quit}: OK with the cookie for a client that greeted with HELO; DECLINED for
 * others, when {@code /usr/games/fortune} is not there, and when it does not answer within 2
 * seconds.
 *
 * <p>The program gets no input and an empty environment. Of what it writes, 4096 octets and 20
 * lines are shown; characters other than printable ASCII become {@code ?}.
 *
 * <p>Source: qpsmtpd {@code plugins/quit_fortune @ df5b04d}.
 */
@Component(configurationPid = "quit_fortune", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "quit_fortune")
public final class QuitFortunePlugin implements QuitHook {
    private static final Logger LOG = LoggerFactory.getLogger(QuitFortunePlugin.class);
    private static final Path FORTUNE = Path.of("/usr/games/fortune");
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final int MAX_OCTETS = 4096;
    private static final int MAX_LINES = 20;
    private static final File NOTHING = new File("/dev/null");

    private final Path program;
    private final Duration limit;

    @Activate
    public QuitFortunePlugin() {
        this(FORTUNE, LIMIT);
    }

    QuitFortunePlugin(Path program, Duration limit) {
        this.program = program;
        this.limit = limit;
    }

    @Override
    public HookResult onQuit(Connection connection) {
        if (connection.hello() != Hello.HELO || !Files.isExecutable(program)) {
            return HookResult.DECLINED;
        }
        List<String> cookie = cookie();
        if (cookie.isEmpty()) {
            return HookResult.DECLINED;
        }
        String ownName = connection.config().value("me").orElse("localhost");
        StringBuilder text = new StringBuilder(ownName).append(" closing connection.");
        for (String line : cookie) {
            text.append("\n  / ").append(line);
        }
        return HookResult.ok(text.toString());
    }

    private List<String> cookie() {
        try {
            return cookieFrom(start());
        } catch (IOException e) {
            LOG.warn("no fortune cookie: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.of();
    }

    private Process start() throws IOException {
        ProcessBuilder command =
                new ProcessBuilder(program.toString(), "-s")
                        .redirectInput(NOTHING)
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        command.environment().clear();
        return command.start();
    }

    /** A cookie fits into the pipe; a program that writes more waits until it is stopped. */
    private List<String> cookieFrom(Process process) throws IOException, InterruptedException {
        try (InputStream output = process.getInputStream()) {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} did not end within {} ms", program, limit.toMillis());
                return List.of();
            }
            byte[] octets = output.readNBytes(MAX_OCTETS);
            return new String(octets, StandardCharsets.UTF_8)
                    .lines()
                    .limit(MAX_LINES)
                    .map(QuitFortunePlugin::printable)
                    .toList();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String printable(String line) {
        StringBuilder text = new StringBuilder(line.length());
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            boolean plain = c >= ' ' && c < 127;
            text.append(plain ? c : c == '\t' ? ' ' : '?');
        }
        return text.toString();
    }
}
