package org.qpsmtpd.runtime.felix.options;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.config.Spelling;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * Reads words the way Perl's Getopt::Long reads them for qpsmtpd: {@code --opt value}, {@code
 * --opt=value}, one dash or two, unique abbreviations; the last value of a single option counts;
 * {@code --} ends the options. Letter case counts for forkserver only. Stricter in one point: a
 * word that is no option is an error and is not ignored.
 *
 * <p>Written here and not left to a library: it takes the whole dialect at once, one line for each
 * error that names the option and what is allowed, and no class path to load before the server
 * starts; picocli, the nearest, would bring 400 KB and an error text, a spelling with one dash and
 * a rule for {@code -c} to be added to each option all the same.
 */
public final class CommandLine {
    private final FrontEnd frontEnd;
    private final Map<ProgramOption, List<String>> values = new EnumMap<>(ProgramOption.class);

    private CommandLine(FrontEnd frontEnd) {
        this.frontEnd = frontEnd;
    }

    /**
     * Reads the words in order. {@code --help} and {@code --version} end the reading: what stands
     * after them is not looked at.
     *
     * @throws StartFailure with status 2 when a word is not understood
     */
    public static CommandLine of(FrontEnd frontEnd, List<String> words) throws StartFailure {
        CommandLine line = new CommandLine(frontEnd);
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()
                && !line.has(ProgramOption.HELP)
                && !line.has(ProgramOption.VERSION)) {
            String word = rest.next();
            if (word.equals("--")) {
                refuse(rest);
                return line;
            }
            line.read(word, rest);
        }
        return line;
    }

    /** Whose options these are. */
    FrontEnd frontEnd() {
        return frontEnd;
    }

    public boolean has(ProgramOption option) {
        return values.containsKey(option);
    }

    /** All values given, in order; empty when the option was not given. */
    List<String> all(ProgramOption option) {
        return values.getOrDefault(option, List.of());
    }

    /** The last value given, or null. */
    @Nullable String last(ProgramOption option) {
        List<String> all = all(option);
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    private static void refuse(Iterator<String> rest) throws StartFailure {
        if (rest.hasNext()) {
            throw unexpected(rest.next());
        }
    }

    private void read(String word, Iterator<String> rest) throws StartFailure {
        if (!word.startsWith("-") || word.equals("-")) {
            throw unexpected(word);
        }
        String body = word.substring(word.startsWith("--") ? 2 : 1);
        int equals = body.indexOf('=');
        String name = equals < 0 ? body : body.substring(0, equals);
        ProgramOption option = find(name, word);
        @Nullable String value = equals < 0 ? null : body.substring(equals + 1);
        values.computeIfAbsent(option, o -> new ArrayList<>()).add(value(option, value, rest));
    }

    private ProgramOption find(String name, String word) throws StartFailure {
        String wanted = frontEnd.ignoresCase() ? name.toLowerCase(Locale.ROOT) : name;
        Set<String> candidates = new LinkedHashSet<>();
        Set<ProgramOption> options = new LinkedHashSet<>();
        List<String> names = new ArrayList<>();
        for (ProgramOption option : frontEnd.options()) {
            for (String known : frontEnd.names(option)) {
                names.add(known);
                if (known.equals(wanted)) {
                    return option;
                }
                if (option.canBeAbbreviated() && !wanted.isEmpty() && known.startsWith(wanted)) {
                    candidates.add("--" + known);
                    options.add(option);
                }
            }
        }
        if (options.size() == 1) {
            return options.iterator().next();
        }
        throw options.isEmpty() ? unknown(word, wanted, names) : ambiguous(word, candidates);
    }

    private static StartFailure unknown(String word, String wanted, List<String> names) {
        names.removeIf(name -> name.length() == 1);
        String hint =
                Spelling.nearest(wanted, names)
                        .map(name -> ", did you mean --" + name + "? ")
                        .orElse(": ");
        return StartFailure.usage("unknown option " + word + hint + "--help lists all options");
    }

    private static StartFailure ambiguous(String word, Set<String> candidates) {
        String list = candidates.stream().collect(Collectors.joining(", "));
        return StartFailure.usage("option " + word + " is ambiguous: it may be " + list);
    }

    private static StartFailure unexpected(String word) {
        return StartFailure.usage(
                "unexpected word \"" + word + "\": options begin with --, see --help");
    }

    private String value(ProgramOption option, @Nullable String attached, Iterator<String> rest)
            throws StartFailure {
        if (option.isFlag()) {
            if (attached != null) {
                throw StartFailure.usage(
                        "option "
                                + frontEnd.spelled(option)
                                + " takes no value, but has \""
                                + attached
                                + "\"");
            }
            return "";
        }
        @Nullable String value = attached == null && rest.hasNext() ? rest.next() : attached;
        if (value == null || value.isEmpty() || isOption(value, option)) {
            throw StartFailure.usage(
                    "option "
                            + frontEnd.spelled(option)
                            + " needs a value: "
                            + option.allowed()
                            + ", see --help");
        }
        return option.isNumber() ? number(option, value) : value;
    }

    /** A word such as {@code -5} after an option that takes a number is its value. */
    private static boolean isOption(String value, ProgramOption option) {
        return value.startsWith("-") && !(option.isNumber() && value.matches("-[0-9]+"));
    }

    private String number(ProgramOption option, String value) throws StartFailure {
        if (value.matches("[-+]?[0-9]{1,9}") && option.allows(Integer.parseInt(value))) {
            return Integer.toString(Integer.parseInt(value));
        }
        throw StartFailure.usage(
                "option "
                        + frontEnd.spelled(option)
                        + ": \""
                        + value
                        + "\" is not "
                        + option.allowed());
    }
}
