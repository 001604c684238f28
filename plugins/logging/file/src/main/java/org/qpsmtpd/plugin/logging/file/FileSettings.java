package org.qpsmtpd.plugin.logging.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.qpsmtpd.api.log.LogLevel;

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

    /**
     * @throws IllegalArgumentException saying what is wrong with the words
     */
    static FileSettings parse(List<String> words) {
        LogLevel level = LogLevel.WARN;
        boolean nosplit = false;
        boolean reopen = false;
        String timeFormat = ASCTIME;
        int next = 0;
        boolean options = true;
        while (options && next < words.size()) {
            switch (words.get(next).toLowerCase(Locale.ROOT)) {
                case "loglevel" -> level = LogLevel.parse(value(words, ++next));
                case "tsformat" -> timeFormat = value(words, ++next);
                case "nosplit" -> nosplit = true;
                case "reopen" -> reopen = true;
                default -> options = false;
            }
            next += options ? 1 : 0;
        }
        String target = String.join(" ", words.subList(next, words.size()));
        boolean command = target.startsWith("|");
        return new FileSettings(
                level, nosplit, reopen, new TimeFormat(timeFormat), command, formats(target));
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
            requireTarget(target);
            return List.of(new TimeFormat(target));
        }
        String command = target.substring(1).strip();
        requireTarget(command);
        List<TimeFormat> words = new ArrayList<>();
        for (String word : command.split(" +", -1)) {
            words.add(new TimeFormat(word));
        }
        return List.copyOf(words);
    }

    private static void requireTarget(String target) {
        if (target.isEmpty()) {
            throw new IllegalArgumentException(
                    "the path of the file, or |COMMAND, is missing at the end of the line");
        }
    }

    private static String value(List<String> words, int index) {
        if (index >= words.size()) {
            throw new IllegalArgumentException("'" + words.get(index - 1) + "' has no value");
        }
        return words.get(index);
    }
}
