package org.qpsmtpd.console.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.utils.json.JSONParser;

/** Runs commands against a fake server, and takes down what they print. */
final class Bench {
    private static final Clock CLOCK =
            Clock.fixed(FakeServer.BEGIN.plus(Duration.ofSeconds(80)), ZoneOffset.UTC);

    final FakeServer server = new FakeServer();
    final Servers servers = new Servers();
    final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Path directory = Path.of("/");

    Bench() {
        servers.addServer(server, Map.of());
        servers.setDeployments(server);
    }

    private Command command(String name) {
        return Commands.all(TreeMap::new, servers.brought()).stream()
                .filter(each -> each.usage().name().equals(name))
                .findFirst()
                .or(() -> BroughtCommand.of(name, servers.brought()))
                .orElseThrow();
    }

    /** What it prints; it must not fail. */
    String run(String... words) throws InterruptedException {
        execute(words);
        return takeText();
    }

    private void execute(String... words) throws InterruptedException {
        List<String> all = List.of(words);
        new CommandFunction(command(all.get(0)), servers, CLOCK)
                .execute(
                        all.subList(1, all.size()),
                        new PrintStream(printed, true, StandardCharsets.UTF_8),
                        directory);
    }

    /** How it fails; it must. */
    CommandFailure failure(String... words) {
        CommandFailure failure = catchThrowableOfType(CommandFailure.class, () -> execute(words));
        assertThat(failure).as(String.join(" ", words)).isNotNull();
        return failure;
    }

    String takeText() {
        String text = printed.toString(StandardCharsets.UTF_8);
        printed.reset();
        return text;
    }

    /** The JSON array that it prints. */
    List<Object> array(String... words) throws InterruptedException {
        return new JSONParser(line(words)).getParsedList();
    }

    /** The JSON object that it prints. */
    Map<String, Object> object(String... words) throws InterruptedException {
        return new JSONParser(line(words)).getParsed();
    }

    private String line(String... words) throws InterruptedException {
        String text = run(words);
        assertThat(text).endsWith("\n").containsOnlyOnce("\n");
        return text;
    }
}
