package org.qpsmtpd.console.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.service.ServerHome;

@Timeout(30)
final class BroughtCommandTest {
    private static final String USAGE =
            """
            usage: karma [options]
              karma list        show who is known
              karma prune DAYS  forget who was not seen

              --server NAME  ask this server, when there are several
              --help         tell how the command is used
            """;

    private final Bench bench = new Bench();
    private final CountDownLatch waits = new CountDownLatch(1);

    /** A command that does what its first word says. */
    private final class Karma implements PluginCommand {
        private final String name;

        Karma(String name) {
            this.name = name;
        }

        @Override
        public String command() {
            return name;
        }

        @Override
        public List<String> usage() {
            return List.of("list  show who is known", "prune DAYS   forget who was not seen");
        }

        @Override
        public boolean run(List<String> words, PrintWriter out)
                throws IOException, InterruptedException {
            switch (words.get(0)) {
                case "list" -> out.print("one\ttab\n\u001b[31mred\u202e\n" + words + "\n");
                case "lose" -> {
                    out.println("nobody of this name");
                    return false;
                }
                case "break" -> throw new IOException("the store\nis away");
                case "crash" -> throw new IllegalStateException("a fault");
                case "wait" -> {
                    out.println("begun");
                    out.flush();
                    waits.countDown();
                    new CountDownLatch(1).await();
                }
                default -> throw new IllegalArgumentException("no word '" + words.get(0) + "'");
            }
            return true;
        }
    }

    private PluginCommand bring(String name, Map<String, Object> properties) {
        PluginCommand command = new Karma(name);
        bench.servers.addCommand(command, properties);
        return command;
    }

    private PluginCommand bring() {
        return bring("karma", Map.of(ServerHome.SERVER, "qpsmtpd"));
    }

    @Test
    void printsWhatItPrintsWithoutControls() throws InterruptedException {
        bring();
        assertThat(bench.run("karma", "list", "--all", "-x", "--", "--help"))
                .isEqualTo("one\ttab\n\\x1B[31mred\\u202E\n[list, --all, -x, --help]\n");
    }

    @Test
    void failsWithStatusOneWhenItIsNotDone() {
        bring();
        CommandFailure failure = bench.failure("karma", "lose");
        assertThat(failure.status()).isEqualTo(1);
        assertThat(bench.takeText()).isEqualTo("nobody of this name\n");
        CommandFailure broken = bench.failure("karma", "break");
        assertThat(broken.status()).isEqualTo(1);
        assertThat(broken).hasMessage("karma: the store\\x0Ais away");
        assertThat(bench.failure("karma", "crash")).hasMessageContaining("the log has more");
    }

    @Test
    void showsTheUsageForWrongWords() throws InterruptedException {
        bring();
        CommandFailure failure = bench.failure("karma", "lst");
        assertThat(failure.status()).isEqualTo(2);
        assertThat(failure).hasMessage("karma: no word 'lst'");
        assertThat(bench.takeText()).isEqualTo(USAGE);
        assertThat(bench.run("karma", "--help")).isEqualTo(USAGE);
        assertThat(bench.run("help", "karma")).isEqualTo(USAGE);
    }

    @Test
    void helpListsItWhileItIsThere() throws InterruptedException {
        PluginCommand command = bring();
        assertThat(bench.run("help"))
                .endsWith(
                        """

                        Of plugins:
                        karma list        show who is known
                        karma prune DAYS  forget who was not seen
                        """);
        bench.servers.removeCommand(command);
        assertThat(bench.run("help")).doesNotContain("karma");
        assertThat(bench.failure("help", "karma").status()).isEqualTo(2);
    }

    @Test
    void completesItsFirstWord() {
        bring();
        Completion completion =
                new Completion(
                        bench.servers, Set.of("qpsmtpd:karma"), Path.of("/"), Optional.empty());
        assertThat(completion.candidates("karma ", 6)).containsExactly("list", "prune");
        assertThat(completion.candidates("karma --s", 9)).containsExactly("--server");
    }

    @Test
    void interruptReachesIt() throws Exception {
        bring();
        FutureTask<Throwable> run =
                new FutureTask<>(() -> catchThrowable(() -> bench.run("karma", "wait")));
        Thread thread = new Thread(run);
        thread.start();
        assertThat(waits.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(bench.takeText()).isEqualTo("begun\n");
        thread.interrupt();
        assertThat(run.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void belongsToAServerOrToNone() throws InterruptedException {
        bench.servers.addServer(new FakeServer(), Map.of("org.qpsmtpd.server_name", "other"));
        bring("dns", Map.of());
        assertThat(bench.run("dns", "list")).contains("[list]");
        assertThat(bench.run("dns", "--server=other", "list")).contains("[list]");

        bring();
        assertThat(bench.failure("karma", "list")).hasMessageContaining("--server: other, qpsmtpd");
        assertThat(bench.run("karma", "--server", "qpsmtpd", "list")).contains("[list]");
        assertThat(bench.failure("karma", "--server=other", "list"))
                .hasMessageContaining("to the server other");
        assertThat(bench.failure("karma", "--server=x", "list")).hasMessageContaining("no server");
    }

    @Test
    void doesNotTakeTheNameOfAnother() throws InterruptedException {
        bench.servers.brought().follow(Set.of("status"), names -> {});
        bring("status", Map.of());
        bring("two words", Map.of());
        bring("UPPER", Map.of());
        assertThat(bench.run("status")).contains("qpsmtpd 1.0.0");
        assertThat(bench.servers.brought().names()).isEmpty();
    }

    @Test
    void longOutputIsCutBetweenCharacters() throws InterruptedException {
        String text = "x".repeat(8_191) + "\ud83d\ude00";
        bench.servers.addCommand(
                new PluginCommand() {
                    @Override
                    public String command() {
                        return "face";
                    }

                    @Override
                    public List<String> usage() {
                        return List.of();
                    }

                    @Override
                    public boolean run(List<String> words, PrintWriter out) {
                        out.print(text.substring(0, 8_192));
                        out.print(text.substring(8_192));
                        return true;
                    }
                },
                Map.of());
        assertThat(bench.run("face")).isEqualTo(text);
    }

    @Test
    void whatIsGoneIsSaid() {
        Brought brought = new Brought();
        Command command = new BroughtCommand("gone", brought);
        assertThat(command.usage().forms()).isEmpty();
        assertThatThrownBy(() -> bench.servers.brought("gone", Optional.empty()))
                .isInstanceOf(CommandFailure.class);
    }
}
