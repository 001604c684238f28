package org.qpsmtpd.core.generation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.config.Spelling;
import org.qpsmtpd.core.gate.OptionValue;

/**
 * Sorts the words behind a plugin's name into options. First come words by position, then pairs of
 * name and value, which may also be written {@code name=value}; a flag before another option, or at
 * the end, is set. What is no option is left out and named, as is a remark at the end, since
 * qpsmtpd goes on with both.
 */
final class OptionWords {
    private static final String REST = "...";
    private static final int SHORTEST_MISSPELT = 4;

    private final Map<String, String> names;
    private final Predicate<String> isFlag;
    private final Predicate<String> isNumber;
    private final List<String> positional;
    private final Map<String, List<OptionValue>> given = new LinkedHashMap<>();
    private final List<String> surplus = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private List<String> words = List.of();
    private int next;

    /**
     * @param names the names of options as they are declared, by their {@link #key}
     * @param isFlag whether an option, by its declared name, is true or false
     * @param isNumber whether an option is a number
     * @param positional keys of words given by position
     */
    OptionWords(
            Map<String, String> names,
            Predicate<String> isFlag,
            Predicate<String> isNumber,
            List<String> positional) {
        this.names = names;
        this.isFlag = isFlag;
        this.isNumber = isNumber;
        this.positional = positional;
    }

    /** What makes two spellings of an option's name the same. */
    static String key(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** The key of an option that is given by position, of which one ending in dots takes many. */
    static String withoutRest(String declared) {
        return takesRest(declared)
                ? declared.substring(0, declared.length() - REST.length())
                : declared;
    }

    /** Whether an option that is given by position takes all words that are left. */
    static boolean takesRest(String declared) {
        return declared.endsWith(REST);
    }

    /** The options by their declared names, in the order of the line. */
    Map<String, List<OptionValue>> given() {
        return given;
    }

    /** What was left out, a sentence for the administrator each. */
    List<String> remarks() {
        return remarks;
    }

    /** Sorts what stands on a line. */
    void sort(String arguments) throws PluginFault {
        words = Words.split(arguments);
        byPosition();
        while (next < words.size() && !endsWithRemark()) {
            sortNext();
        }
        if (!surplus.isEmpty()) {
            remarks.add(0, surplusRemark());
        }
    }

    private void byPosition() {
        for (String declared : positional) {
            boolean rest = takesRest(declared);
            boolean everything = rest && declared.equals(positional.get(0));
            while (next < words.size() && (everything || isValue(declared))) {
                add(withoutRest(declared), words.get(next++));
                if (!rest) {
                    break;
                }
            }
        }
    }

    /** Whether the next word is the value of an option that is given by position. */
    private boolean isValue(String declared) {
        if (startsOption()) {
            return false;
        }
        String word = words.get(next);
        boolean misspelt =
                meant(word).isPresent() && !Character.isDigit(word.charAt(word.length() - 1));
        return !misspelt || !isNumber.test(withoutRest(declared));
    }

    /** Whether the next word is no value that is given by position. */
    private boolean startsOption() {
        String word = words.get(next);
        String name = names.get(key(word));
        boolean named = name != null && (next + 1 < words.size() || isFlag.test(name));
        return named || assignment(word).isPresent() || word.startsWith("#");
    }

    private void sortNext() throws PluginFault {
        String word = words.get(next++);
        Optional<String> assigned = assignment(word);
        String name = names.get(key(word));
        if (assigned.isPresent()) {
            add(assigned.get(), word.substring(word.indexOf('=') + 1));
        } else if (name == null) {
            leaveOut(word);
        } else if (isFlag.test(name) && (next == words.size() || startsOption())) {
            add(name, "1");
        } else if (next < words.size()) {
            add(name, words.get(next++));
        } else {
            remarks.add("option '" + word + "' has no value and is left out");
        }
    }

    private void add(String name, String text) {
        given.computeIfAbsent(name, key -> new ArrayList<>()).add(OptionValue.written(text));
    }

    /** The option of {@code name=value}. */
    private Optional<String> assignment(String word) {
        int equals = word.indexOf('=');
        return equals <= 0 || equals == word.length() - 1
                ? Optional.empty()
                : Optional.ofNullable(names.get(key(word.substring(0, equals))));
    }

    /** A name that was misspelt must not lose what it says. */
    private void leaveOut(String word) throws PluginFault {
        Optional<String> meant = meant(word);
        if (meant.isPresent()) {
            throw new PluginFault(
                    "unknown option '"
                            + word
                            + "', did you mean '"
                            + names.get(meant.get())
                            + "'?");
        }
        surplus.add("'" + word + "'");
    }

    private boolean endsWithRemark() {
        if (!words.get(next).startsWith("#")) {
            return false;
        }
        remarks.add("what follows # is left out; give the remark a line of its own");
        return true;
    }

    /** The key of the option that a word misspells. */
    private Optional<String> meant(String word) {
        return word.length() < SHORTEST_MISSPELT
                ? Optional.empty()
                : Spelling.nearest(key(word), names.keySet());
    }

    private String surplusRemark() {
        boolean one = surplus.size() == 1;
        return String.join(", ", surplus)
                + (one ? " is no option of it and is" : " are no options of it and are")
                + " left out; it takes "
                + String.join(", ", names.values().stream().sorted().toList());
    }
}
