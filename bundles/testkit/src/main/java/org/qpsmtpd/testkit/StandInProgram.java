package org.qpsmtpd.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A program of a test's own, in the place of one that a plugin runs. It keeps its arguments. */
public final class StandInProgram {
    private final Path file;

    private StandInProgram(Path file) {
        this.file = file;
    }

    /**
     * Writes it.
     *
     * @param script lines for {@code sh}; {@code "$0.NAME"} is a file for {@link #kept}
     */
    public static StandInProgram at(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$0.words\"\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new StandInProgram(file);
    }

    /** Its absolute path. */
    public String path() {
        return file.toAbsolutePath().toString();
    }

    /** The arguments of its last run. */
    public List<String> words() throws IOException {
        return kept("words").lines().toList();
    }

    /** What the script wrote into {@code "$0.NAME"}, an octet a character. */
    public String kept(String name) throws IOException {
        return Files.readString(Path.of(file + "." + name), ISO_8859_1);
    }
}
