package org.qpsmtpd.itest.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Plays dialogues against both servers. Those of one setting share a pair of them; two pairs are
 * there at once, each with several clients.
 */
final class Contest implements AutoCloseable {
    private static final int PAIRS = 2;
    private static final int CLIENTS = 12;

    private final ServerPair.Programs programs;
    private final Path folder;
    private final ExecutorService pairs = Executors.newFixedThreadPool(PAIRS);
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);

    /** What the two answered in a dialogue. */
    record Outcome(Answers theirs, Answers ours) {}

    /**
     * @param folder an empty folder
     */
    Contest(ServerPair.Programs programs, Path folder) {
        this.programs = programs;
        this.folder = folder;
    }

    /** Returns what was answered, by the names of the dialogues. */
    Map<String, Outcome> play(List<Dialogue> dialogues) throws Exception {
        Map<Dialogue.Setting, List<Dialogue>> groups =
                dialogues.stream().collect(Collectors.groupingBy(Dialogue::setting));
        List<Callable<Map<String, Outcome>>> plays = new ArrayList<>();
        groups.forEach((setting, group) -> plays.add(() -> play(setting, group)));
        Map<String, Outcome> all = new HashMap<>();
        for (Map<String, Outcome> played : results(pairs, plays)) {
            all.putAll(played);
        }
        return all;
    }

    private Map<String, Outcome> play(Dialogue.Setting setting, List<Dialogue> group)
            throws IOException, InterruptedException, ExecutionException {
        String theme = group.get(0).name().replaceFirst("/.*", "");
        Path home = Files.createDirectory(folder.resolve(theme));
        try (ServerPair pair = ServerPair.start(programs, home, setting)) {
            List<Callable<Answers>> plays = new ArrayList<>();
            for (Dialogue dialogue : group) {
                plays.add(() -> Player.play(dialogue, pair.theirPort()));
                plays.add(() -> Player.play(dialogue, pair.ourPort()));
            }
            List<Answers> answers = results(clients, plays);
            Map<String, Outcome> outcomes = new HashMap<>();
            for (int i = 0; i < group.size(); i++) {
                outcomes.put(
                        group.get(i).name(),
                        new Outcome(answers.get(2 * i), answers.get(2 * i + 1)));
            }
            return outcomes;
        }
    }

    private static <T> List<T> results(ExecutorService executor, List<Callable<T>> calls)
            throws InterruptedException, ExecutionException {
        List<T> results = new ArrayList<>();
        for (Future<T> future : executor.invokeAll(calls)) {
            results.add(future.get());
        }
        return results;
    }

    @Override
    public void close() {
        pairs.shutdownNow();
        clients.shutdownNow();
    }
}
