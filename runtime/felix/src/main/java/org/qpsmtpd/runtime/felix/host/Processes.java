package org.qpsmtpd.runtime.felix.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Other processes of this host. */
public final class Processes {
    private static final Pattern PROGRAM = Pattern.compile("(?:.*/)?qpsmtpd(?:-[a-z]+)?(?: .*)?");
    private static final Pattern PERL = Pattern.compile("(?:.*/)?perl[0-9.]*");

    private Processes() {}

    /**
     * Whether the process runs and is a qpsmtpd that locks no file: by the name of its program, or
     * of the script that Perl runs.
     */
    public static boolean isQpsmtpd(long pid) {
        return isAlive(pid) && isQpsmtpd(commandLine(pid));
    }

    /**
     * Whether this is the command line of a qpsmtpd.
     *
     * @param words the program first, which may have put other words in its place
     */
    public static boolean isQpsmtpd(List<String> words) {
        String program = words.get(0);
        return PROGRAM.matcher(program).matches()
                || (PERL.matcher(program).matches()
                        && words.stream()
                                .skip(1)
                                .filter(word -> !word.startsWith("-"))
                                .limit(1)
                                .anyMatch(PROGRAM.asMatchPredicate()));
    }

    private static List<String> commandLine(long pid) {
        try {
            Path file = Path.of("/proc/" + pid + "/cmdline");
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            return Arrays.asList(text.split("\0", -1));
        } catch (IOException e) {
            return List.of(""); // it has ended, or is somebody's who keeps it to himself
        }
    }

    /**
     * Whether the process still runs. One that has ended and that its parent has not asked about
     * yet, a zombie, does not: in containers nobody may ever ask.
     */
    public static boolean isAlive(long pid) {
        if (ProcessHandle.of(pid).isEmpty()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            // It is there, but keeps its state to itself.
            return true;
        }
    }
}
