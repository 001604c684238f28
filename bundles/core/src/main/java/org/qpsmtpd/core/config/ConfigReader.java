package org.qpsmtpd.core.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.config.ConfigSource.Stamp;

/**
 * Reads one name: values trimmed, comments and empty lines left out, {@code $include} followed. A
 * file that includes itself, directly or not, is reported and the include left out; the same file
 * twice side by side is allowed. What an include names must be there, unless its line ends with the
 * word {@code optional}: otherwise the values are not known.
 */
final class ConfigReader {
    private static final int MAX_FILE_BYTES = 64 * 1024 * 1024;
    private static final String INCLUDE = "$include";
    private static final Pattern OPTIONAL = Pattern.compile("(.+?)[ \t]+optional");

    /** What editors of some systems put before UTF-8. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final String MISSING =
            ", and there is no such file; put it there, or end the line with the word optional";

    /** Entries with odd characters that are told one by one. */
    private static final int MOST_ODD = 20;

    /** A link to it is the way to have an empty file. */
    private static final Path NOTHING = Path.of("/dev/null");

    private final ConfigSource source;
    private final List<ConfigLine> lines = new ArrayList<>();
    private final List<Stamp> stamps = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Deque<Path> open = new ArrayDeque<>();
    private String failure = "";
    private int odd;

    /**
     * A name's contents.
     *
     * @param lines the values
     * @param stamps all paths that were looked at, found or not
     * @param failure the finding, as a sentence, because of which the values are not known; empty
     *     when they are
     * @param findings what is wrong with it
     */
    record Contents(
            List<ConfigLine> lines, List<Stamp> stamps, String failure, List<Finding> findings) {
        boolean changed() {
            return stamps.stream().anyMatch(Stamp::isOutdated);
        }
    }

    private ConfigReader(ConfigSource source) {
        this.source = source;
    }

    static Contents read(ConfigSource source, String name) {
        ConfigReader reader = new ConfigReader(source);
        reader.readName(name, new ConfigLine(name, name, 0));
        if (reader.odd > MOST_ODD) {
            String more = "so have " + (reader.odd - MOST_ODD) + " more of its lines";
            reader.findings.add(new Finding(name, 0, more));
        }
        return new Contents(
                List.copyOf(reader.lines),
                List.copyOf(reader.stamps),
                reader.failure,
                List.copyOf(reader.findings));
    }

    /**
     * Whether there is such a file. One without values, such as a sample of comments alone, hides
     * none that has some; a link to {@link #NOTHING} does.
     */
    private boolean readName(String name, ConfigLine from) {
        int before = lines.size();
        int faults = findings.size();
        boolean found = false;
        for (Path candidate : source.candidates(name)) {
            stamps.add(Stamp.of(candidate));
            if (ConfigSource.exists(candidate)) {
                found = true;
                readPath(candidate, from);
            }
            if (lines.size() > before || findings.size() > faults || isNothing(candidate)) {
                break;
            }
        }
        return found;
    }

    private static boolean isNothing(Path path) {
        try {
            return Files.isSymbolicLink(path) && path.toRealPath().equals(NOTHING);
        } catch (IOException e) {
            return false;
        }
    }

    private void readPath(Path path, ConfigLine from) {
        Path real = path.toAbsolutePath().normalize();
        if (open.contains(real)) {
            find(from, "$include leads back to " + path + ", which is being read; it is left out");
            return;
        }
        open.push(real);
        try {
            BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
            if (found.isDirectory()) {
                for (Path file : ConfigSource.filesIn(path)) {
                    stamps.add(Stamp.of(file));
                    readPath(file, from);
                }
            } else {
                readFile(path, found);
            }
        } catch (IOException e) {
            fail(new Finding(path.toString(), 0, "cannot be read: " + reason(e)));
        } finally {
            open.pop();
        }
    }

    /** Why in words; Java's own often say only which file. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException missing) {
            return Files.isSymbolicLink(Path.of(missing.getFile()))
                    ? "it is a link that leads nowhere"
                    : "it went while it was read";
        }
        return e instanceof FileSystemException failure && failure.getReason() != null
                ? failure.getReason()
                : String.valueOf(e.getMessage());
    }

    private void readFile(Path path, BasicFileAttributes found) throws IOException {
        if (!found.isRegularFile() && !path.toRealPath().equals(NOTHING)) {
            throw new IOException("is no file: a pipe or device may never end");
        }
        if (found.size() > MAX_FILE_BYTES) {
            throw new IOException("larger than " + MAX_FILE_BYTES + " octets");
        }
        String whole = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        String text = whole.startsWith(BYTE_ORDER_MARK) ? whole.substring(1) : whole;
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.charAt(0) == '#') {
                continue;
            }
            ConfigLine value = new ConfigLine(line, path.toString(), number);
            checkCharacters(value);
            if (line.startsWith(INCLUDE) && line.length() > INCLUDE.length()) {
                include(line.substring(INCLUDE.length()).strip(), value);
            } else {
                lines.add(value);
            }
        }
    }

    private void checkCharacters(ConfigLine line) {
        OddCharacters.in(line.text())
                .ifPresent(
                        what -> {
                            odd++;
                            if (odd <= MOST_ODD) {
                                find(line, what + ", which is hardly meant; write the line anew");
                            }
                        });
    }

    private void include(String written, ConfigLine from) {
        Matcher marked = OPTIONAL.matcher(written);
        boolean optional = marked.matches();
        String target = optional ? marked.group(1) : written;
        try {
            boolean found =
                    target.startsWith("/")
                            ? readAbsolute(Path.of(target), from)
                            : readName(target, from);
            if (!found && !optional) {
                fail(at(from, "$include names " + target + MISSING));
            }
        } catch (InvalidPathException e) {
            fail(at(from, "$include names no file: " + e.getReason()));
        }
    }

    private boolean readAbsolute(Path path, ConfigLine from) {
        stamps.add(Stamp.of(path));
        if (!ConfigSource.exists(path)) {
            return false;
        }
        readPath(path, from);
        return true;
    }

    private void find(ConfigLine from, String what) {
        findings.add(at(from, what));
    }

    private static Finding at(ConfigLine from, String what) {
        return new Finding(from.file(), from.line(), what);
    }

    /** From now on the values are not known; the first reason is the one that is told. */
    private void fail(Finding finding) {
        findings.add(finding);
        if (failure.isEmpty()) {
            failure = finding.sentence();
        }
    }
}
