package org.qpsmtpd.core.server;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.generation.Generations;

/**
 * Has the log say of a server's own configuration what {@code check-config} would say: each fault
 * once, until it has been mended. Used by one thread.
 */
final class OwnCheck {
    private final ConfigDirectory config;
    private final Supplier<Set<String>> files;
    private final Supplier<List<String>> check;
    private final Generations generations;
    private final Consumer<String> log;
    private Set<String> told = Set.of();

    /**
     * @param files names of the files to look at
     * @param check checks the directory; a sentence for each fault, which begins with its place
     * @param log takes a line
     */
    OwnCheck(
            ConfigDirectory config,
            Supplier<Set<String>> files,
            Supplier<List<String>> check,
            Generations generations,
            Consumer<String> log) {
        this.config = config;
        this.files = files;
        this.check = check;
        this.generations = generations;
        this.log = log;
    }

    /**
     * Looks for faults; what a file's reader or the generation says of the same place is enough.
     * When a file changes meanwhile, the server looks again, behind the next generation.
     */
    void run() {
        config.readAhead(files.get());
        long version = config.version();
        List<String> sentences = check.get();
        config.refresh();
        if (config.version() == version) {
            tell(sentences);
        }
    }

    private void tell(List<String> sentences) {
        Set<String> said = new HashSet<>(config.findings());
        said.addAll(generations.current().warnings());
        List<String> faults = new ArrayList<>(generations.current().faults());
        faults.addAll(generations.refused());
        Set<String> found = new HashSet<>();
        for (String sentence : sentences) {
            boolean known = said.contains(sentence) || isNamed(place(sentence), faults);
            if (found.add(sentence) && !known && !told.contains(sentence)) {
                log.accept(sentence);
            }
        }
        told = found;
    }

    private static String place(String sentence) {
        return sentence.substring(0, sentence.indexOf(": ") + 2);
    }

    private static boolean isNamed(String place, List<String> faults) {
        return faults.stream().anyMatch(fault -> fault.startsWith(place));
    }
}
