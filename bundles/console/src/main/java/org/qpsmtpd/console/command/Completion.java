package org.qpsmtpd.console.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Completes a line of the console.
 *
 * @param servers whom to ask for ids
 * @param functions every Gogo function, as {@code SCOPE:NAME}
 * @param directory where the administrator is
 * @param config the configuration directory, when it is known
 */
public record Completion(
        Servers servers, Set<String> functions, Path directory, Optional<Path> config) {
    private static final String OURS = Commands.SCOPE + ":";
    private static final Pattern NEXT_COMMAND = Pattern.compile("[|;&]+");

    /**
     * What the word that ends at the cursor may become, whole words in alphabetical order.
     *
     * @param cursor how many characters of the line are before it
     */
    public List<String> candidates(String line, int cursor) {
        String before = line.substring(0, Math.max(0, Math.min(cursor, line.length())));
        String[] parts = NEXT_COMMAND.split(before, -1);
        String part = parts[parts.length - 1].stripLeading();
        // -1 keeps the empty word behind a space, which is the one to complete.
        List<String> words = List.of(part.split("\\s+", -1));
        String word = words.get(words.size() - 1);
        Set<String> candidates =
                new TreeSet<>(words.size() == 1 ? functionNames(word) : arguments(words, word));
        candidates.removeIf(candidate -> !candidate.startsWith(word));
        return List.copyOf(candidates);
    }

    /** Our own commands by their names, those of others when the word begins to name them. */
    private List<String> functionNames(String word) {
        List<String> names = new ArrayList<>();
        for (String function : functions) {
            String name = function.substring(function.indexOf(':') + 1);
            if (function.startsWith(OURS) || !word.isEmpty()) {
                names.add(name);
            }
            if (word.indexOf(':') >= 0) {
                names.add(function);
            }
        }
        return names;
    }

    private List<String> arguments(List<String> words, String word) {
        String name = words.get(0);
        String plain = name.startsWith(OURS) ? name.substring(OURS.length()) : name;
        Optional<Command> command =
                Commands.all().stream()
                        .filter(each -> each.usage().name().equals(plain))
                        .findFirst()
                        .or(() -> BroughtCommand.of(plain, servers.brought()));
        if (command.isEmpty()) {
            return List.of();
        }
        if (word.startsWith("-")) {
            return command.get().usage().options().stream().map(Option::name).toList();
        }
        return command.get().candidates(new Hints(servers.only(), word, directory, config));
    }
}
