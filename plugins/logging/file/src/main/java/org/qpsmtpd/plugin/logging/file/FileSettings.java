package org.qpsmtpd.plugin.logging.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.service.TimeFormat;

/**
 * What the words of the line say.
 *
 * @param level the least urgent level that is written
 * @param nosplit whether a session stays with the output it began with
 * @param reopen whether the output is opened again for each session
 * @param timeFormat how a line begins
 * @param command whether the target is a command, not a file
 * @param target path of the file, one element; or program and arguments
 */
record FileSettings(
        LogLevel level,
        boolean nosplit,
        boolean reopen,
        TimeFormat timeFormat,
        boolean command,
        List<TimeFormat> target) {
    private static final String ASCTIME = "%a %b %e %H:%M:%S %Y";

    private static final Pattern WORD = Pattern.compile("(?:\"([^\"]*)\"|([^ \t]+))[ \t]*");

    /** A word, without quotation marks around it, and what follows it. */
    private record Words(String first, String rest) {
        static Words of(String text) {
            Matcher word = WORD.matcher(text);
            if (!word.lookingAt()) {
                return new Words("", "");
            }
            String quoted = word.group(1);
            return new Words(quoted == null ? word.group(2) : quoted, text.substring(word.end()));
        }

        Words value() {
            if (rest.isEmpty()) {
                throw new IllegalArgumentException("'" + first + "' has no value");
            }
            return of(rest);
        }
    }

    /**
     * @param line what follows the plugin's name
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static FileSettings parse(String line) {
        LogLevel level = LogLevel.WARN;
        boolean nosplit = false;
        boolean reopen = false;
        String timeFormat = ASCTIME;
        String rest = line.strip();
        while (true) {
            Words words = Words.of(rest);
            switch (words.first().toLowerCase(Locale.ROOT)) {
                case "loglevel" -> {
                    words = words.value();
                    level = LogLevel.parse(words.first());
                }
                case "tsformat" -> {
                    words = words.value();
                    timeFormat = words.first();
                }
                case "nosplit" -> nosplit = true;
                case "reopen" -> reopen = true;
                default -> {
                    TimeFormat format = new TimeFormat(timeFormat);
                    boolean command = rest.startsWith("|");
                    return new FileSettings(level, nosplit, reopen, format, command, formats(rest));
                }
            }
            rest = words.rest();
        }
    }

    /** Whether each session has an output of its own. */
    boolean perSession() {
        return target.stream().anyMatch(TimeFormat::namesSession);
    }

    /** Whether anything depends on the session a line belongs to. */
    boolean tracksSessions() {
        return nosplit || reopen || perSession();
    }

    private static List<TimeFormat> formats(String target) {
        if (!target.startsWith("|")) {
            Words words = Words.of(target);
            String path = words.rest().isEmpty() ? words.first() : target;
            requireTarget(path);
            requirePath(path);
            return List.of(new TimeFormat(path));
        }
        String command = target.substring(1).strip();
        requireTarget(command);
        List<TimeFormat> words = new ArrayList<>();
        for (String word : command.split(" +", -1)) {
            words.add(new TimeFormat(word));
        }
        return List.copyOf(words);
    }

    private static void requirePath(String path) {
        if (path.startsWith("~") || "$'`".chars().anyMatch(c -> path.indexOf(c) >= 0)) {
            throw new IllegalArgumentException(
                    "'" + path + "' is written for a shell; write the path as it is");
        }
    }

    private static void requireTarget(String target) {
        if (target.isEmpty()) {
            throw new IllegalArgumentException(
                    "the path of the file, or |COMMAND, is missing at the end of the line");
        }
    }
}
