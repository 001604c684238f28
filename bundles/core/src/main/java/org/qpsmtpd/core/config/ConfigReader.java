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
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.config.ConfigSource.Stamp;

/**
 * Reads one name: values trimmed, comments and empty lines left out, {@code $include} followed. A
 * file that includes itself, directly or not, is reported and the include left out; the same file
 * twice side by side is allowed.
 */
final class ConfigReader {
    private static final int MAX_FILE_BYTES = 64 * 1024 * 1024;
    private static final String INCLUDE = "$include";

    /** A link to it is the way to have an empty file. */
    private static final Path NOTHING = Path.of("/dev/null");

    private final ConfigSource source;
    private final List<ConfigLine> lines = new ArrayList<>();
    private final List<Stamp> stamps = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Deque<Path> open = new ArrayDeque<>();
    private String failure = "";

    /**
     * A name's contents.
     *
     * @param lines the values
     * @param stamps all paths that were looked at, found or not
     * @param problems what is wrong with it, a sentence each with the place
     * @param failure the problem of a file that is there and cannot be read, so that the values are
     *     not known; empty when they are
     * @param findings the problems, and what a server passes over in silence, by place
     */
    record Contents(
            List<ConfigLine> lines,
            List<Stamp> stamps,
            List<String> problems,
            String failure,
            List<Finding> findings) {
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
        return new Contents(
                List.copyOf(reader.lines),
                List.copyOf(reader.stamps),
                List.copyOf(reader.problems),
                reader.failure,
                List.copyOf(reader.findings));
    }

    /** Whether there is such a file. */
    private boolean readName(String name, ConfigLine from) {
        for (Path candidate : source.candidates(name)) {
            stamps.add(Stamp.of(candidate));
            if (ConfigSource.exists(candidate)) {
                readPath(candidate, from);
                return true;
            }
        }
        return false;
    }

    private void readPath(Path path, ConfigLine from) {
        Path real = path.toAbsolutePath().normalize();
        if (open.contains(real)) {
            problems.add("Circular $include reference in config " + from.place() + ": " + path);
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
            String what = "cannot be read: " + reason(e);
            failure = path + ": " + what;
            problems.add(failure);
            findings.add(new Finding(path.toString(), 0, what));
        } finally {
            open.pop();
        }
    }

    /** Why in words; Java's own often say only which file. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "it went while it was read";
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
        String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.charAt(0) == '#') {
                continue;
            }
            if (line.startsWith(INCLUDE) && line.length() > INCLUDE.length()) {
                include(
                        line.substring(INCLUDE.length()).strip(),
                        new ConfigLine(line, path.toString(), number));
            } else {
                lines.add(new ConfigLine(line, path.toString(), number));
            }
        }
    }

    private void include(String target, ConfigLine from) {
        try {
            boolean found =
                    target.startsWith("/")
                            ? readAbsolute(Path.of(target), from)
                            : readName(target, from);
            if (!found) {
                find(from, "$include names " + target + ", and there is no such file");
            }
        } catch (InvalidPathException e) {
            find(from, "$include names no file: " + e.getReason());
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

    private void find(ConfigLine at, String what) {
        findings.add(new Finding(at.file(), at.line(), what));
    }
}
