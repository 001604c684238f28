package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.itest.ServerUnderTest;

/** The console of a server, as an administrator uses it: {@code bin/qpsmtpd-console COMMAND}. */
final class Console {
    private static final String CLIENT = "bin/qpsmtpd-console";

    private Console() {}

    /** Runs a command, which must succeed, and returns what it said. */
    static String run(ServerUnderTest server, String... command) {
        return run(server, Set.of(0), command);
    }

    /** Runs a command, which may find a fault, and returns what it said. */
    static String ask(ServerUnderTest server, String... command) {
        return run(server, Set.of(0, 1), command);
    }

    private static String run(ServerUnderTest server, Set<Integer> allowed, String... command) {
        List<String> words = new ArrayList<>();
        words.add(ServerUnderTest.home().resolve(CLIENT).toString());
        words.addAll(List.of(command));
        try {
            ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
            builder.environment().put("QPSMTPD_CONFIG", server.config().toString());
            builder.environment().put("QPSMTPD_CONSOLE", server.console().toString());
            Process process = builder.start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readAllBytes();
            String text = new String(output, StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("%s:\n%s", words, text).isIn(allowed);
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The ids of the installed bundles whose symbolic name begins so, lowest first. */
    static List<Long> bundles(ServerUnderTest server, String symbolicName) {
        Pattern row =
                Pattern.compile(
                        "^ *(\\d+)\\|[^|]*\\|[^|]*\\|"
                                + Pattern.quote(symbolicName)
                                + "[^|]*(\\||$)",
                        Pattern.MULTILINE);
        List<Long> ids = new ArrayList<>();
        Matcher matcher = row.matcher(run(server, "lb", "-s"));
        while (matcher.find()) {
            ids.add(Long.valueOf(matcher.group(1)));
        }
        return ids;
    }
}
