package org.qpsmtpd.itest.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What check-config says of the configuration of a site, as a file of {@code
 * src/test/resources/configs} has it.
 *
 * @param site the folder of the configuration, below the folder of all
 * @param sentences the places in them without the folder
 */
record SiteReport(String site, List<String> sentences) {
    private static final Path FOLDER = Path.of("src/test/resources/configs");
    private static final String ENDING = ".txt";
    private static final Pattern ABSENT =
            Pattern.compile("plugin '([^']+)' is a plugin of qpsmtpd that is not there yet");

    /** The report on a folder of a site. */
    static SiteReport of(Path all, String site, List<String> found) {
        String folder = all.resolve(site) + "/";
        return new SiteReport(
                site, found.stream().map(sentence -> sentence.replace(folder, "")).toList());
    }

    /** The folders with a configuration, in order. */
    static List<String> sites(Path all) throws IOException {
        try (Stream<Path> files = Files.walk(all, 3)) {
            return files.filter(file -> file.endsWith("plugins") && Files.isRegularFile(file))
                    .map(file -> all.relativize(file.getParent()).toString())
                    .sorted()
                    .toList();
        }
    }

    /** The sites of which there is a file. */
    static List<String> expectedSites() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.map(file -> FOLDER.relativize(file).toString())
                    .filter(name -> name.endsWith(ENDING))
                    .map(name -> name.substring(0, name.length() - ENDING.length()))
                    .sorted()
                    .toList();
        }
    }

    /** The lines of {@code plugins} and other files that the sentences are about. */
    List<String> places() {
        return sentences.stream()
                .map(sentence -> sentence.split(": ", 2)[0])
                .filter(place -> !place.endsWith("plugins"))
                .toList();
    }

    /** The text of the file: the names of all plugins that are absent, and the sentences. */
    String text() {
        String absent =
                sentences.stream()
                        .flatMap(sentence -> ABSENT.matcher(sentence).results())
                        .map((MatchResult result) -> result.group(1))
                        .collect(Collectors.toCollection(TreeSet::new))
                        .stream()
                        .collect(Collectors.joining(" "));
        return "# not there yet: %s\n\n%s\n"
                .formatted(absent.isEmpty() ? "none" : absent, String.join("\n", sentences))
                .stripTrailing()
                .concat("\n");
    }

    /** What the file says. */
    String expected() throws IOException {
        return Files.readString(file());
    }

    /** Makes the file say this. */
    void write() throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), text());
    }

    private Path file() {
        return FOLDER.resolve(site + ENDING);
    }
}
