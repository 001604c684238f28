package org.qpsmtpd.console.command;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What followed the name of a command.
 *
 * @param operands the words that are no options
 * @param options the options given, by name, with their values; an empty one for a flag
 */
record Arguments(List<String> operands, Map<String, String> options) {
    Arguments {
        operands = List.copyOf(operands);
        options = Map.copyOf(options);
    }

    /**
     * Reads words by a command's usage. {@code --} ends the options.
     *
     * @throws CommandFailure for a wrong option or a wrong number of operands, unless help is asked
     */
    static Arguments parse(Usage usage, List<String> words) {
        List<String> operands = new ArrayList<>();
        Map<String, String> options = new LinkedHashMap<>();
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            if (word.equals("--")) {
                rest.forEachRemaining(operands::add);
            } else if (isOption(usage, word)) {
                readOption(usage, word, rest, options);
            } else {
                operands.add(word);
            }
        }
        Arguments arguments = new Arguments(operands, options);
        if (!arguments.has(Option.HELP)) {
            count(usage, operands);
        }
        return arguments;
    }

    private static boolean isOption(Usage usage, String word) {
        if (usage.takesAnyWord()) {
            String name = word.split("=", 2)[0];
            return usage.options().stream().anyMatch(each -> each.name().equals(name));
        }
        return word.startsWith("-") && word.length() > 1 && !isNumber(word);
    }

    private static boolean isNumber(String word) {
        return word.substring(1).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static void readOption(
            Usage usage, String word, Iterator<String> rest, Map<String, String> options) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        Option option =
                usage.options().stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> unknown(usage, name));
        if (!option.takesValue()) {
            if (equals >= 0) {
                throw CommandFailure.usage("option " + name + " takes no value");
            }
            options.put(name, "");
        } else if (equals >= 0) {
            options.put(name, word.substring(equals + 1));
        } else if (rest.hasNext()) {
            options.put(name, rest.next());
        } else {
            throw CommandFailure.usage("option " + name + " needs a value: " + option.spelled());
        }
    }

    private static CommandFailure unknown(Usage usage, String name) {
        List<String> known = usage.options().stream().map(Option::name).toList();
        return CommandFailure.usage("unknown option '" + name + "'" + Nearest.hint(name, known));
    }

    private static void count(Usage usage, List<String> operands) {
        if (operands.size() < usage.least()) {
            throw CommandFailure.usage("something is missing, it is used as: " + usage.synopsis());
        }
        if (operands.size() > usage.most()) {
            throw CommandFailure.usage(
                    "'"
                            + operands.get(usage.most())
                            + "' is one word too many, it is used as: "
                            + usage.synopsis());
        }
    }

    boolean has(Option option) {
        return options.containsKey(option.name());
    }

    Optional<String> value(Option option) {
        return Optional.ofNullable(options.get(option.name()));
    }
}
