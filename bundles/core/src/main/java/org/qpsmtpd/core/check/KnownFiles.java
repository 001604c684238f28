package org.qpsmtpd.core.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.config.Finding;
import org.qpsmtpd.core.config.Spelling;

/**
 * The names that files of a configuration directory have: the core's, those that the installed
 * plugins and other bundles read, and those that qpsmtpd reads and nothing here does.
 */
final class KnownFiles {
    private static final String LIST = "absent-files";

    /** Those that nothing reads; behind each what is said of it, or nothing. */
    private static final Map<String, String> ABSENT = absent();

    private static final int SHORT = 4;
    private static final int LONGEST = 60;

    /** The core's own that are no values. */
    private static final List<String> FURTHER =
            List.of("deploy_signers", "proxy_protocol_from", "xclient_from");

    private final Set<String> read = new TreeSet<>(CoreFile.NAMES);
    private final Set<String> known = new TreeSet<>();

    /**
     * @param ofOthers files that the installed plugins and other bundles read
     */
    KnownFiles(Set<String> ofOthers) {
        read.addAll(FURTHER);
        read.addAll(ofOthers);
        known.addAll(read);
        known.addAll(ABSENT.keySet());
    }

    /** All names. */
    Set<String> all() {
        return known;
    }

    /** What is said of a file because nothing reads it; empty when there is nothing to say. */
    String unread(String name) {
        String told = ABSENT.getOrDefault(name, "");
        return told.isEmpty() || read.contains(name) ? "" : "nothing reads this file: " + told;
    }

    private static Map<String, String> absent() {
        Map<String, String> files = new TreeMap<>();
        try (InputStream in = KnownFiles.class.getResourceAsStream(LIST)) {
            String text =
                    new String(
                            Objects.requireNonNull(in, LIST).readAllBytes(),
                            StandardCharsets.UTF_8);
            for (String line : text.split("\n", -1)) {
                String[] words = line.split(" ", 2);
                if (!words[0].isEmpty() && !words[0].startsWith("#")) {
                    files.put(words[0], words.length == 1 ? "" : words[1]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Collections.unmodifiableMap(files);
    }

    /**
     * Files of a directory whose names are nearly known ones.
     *
     * @param looked normalized paths of files that are read after all
     */
    List<Finding> misspelt(Path directory, Set<Path> looked) {
        List<Finding> findings = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (looked.contains(entry.toAbsolutePath().normalize())) {
                    continue;
                }
                meant(entry.getFileName().toString())
                        .map(
                                name ->
                                        "nothing reads a file of this name, did you mean '"
                                                + name
                                                + "'?")
                        .ifPresent(what -> findings.add(new Finding(entry.toString(), 0, what)));
            }
        } catch (IOException | DirectoryIteratorException e) {
            String what = "cannot be listed: " + e.getMessage();
            findings.add(new Finding(directory.toString(), 0, what));
        }
        return findings;
    }

    /** The known name that a name was to be; copies that editors leave behind are no such names. */
    private Optional<String> meant(String name) {
        boolean copy =
                name.startsWith(".")
                        || name.startsWith("#")
                        || name.endsWith("~")
                        || known.contains(name.replaceFirst("\\..*", ""));
        if (copy || name.length() > LONGEST) {
            return Optional.empty();
        }
        return known.stream()
                .filter(other -> distance(name, other) <= (other.length() <= SHORT ? 1 : 2))
                .min(Comparator.comparingInt(other -> distance(name, other)));
    }

    private static int distance(String name, String known) {
        return Spelling.distance(name.toLowerCase(Locale.ROOT), known.toLowerCase(Locale.ROOT));
    }
}
