package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qpsmtpd.itest.ServerUnderTest;

/**
 * Starts the server with the configuration of each site, its log on the terminal: what stands in
 * the way is said there, once, and is what check-config says.
 */
@Timeout(120)
class SitesIT {
    private static final Path SITES = Path.of("../../shared/configs");
    private static final Path EXPECTED = Path.of("src/test/resources/configs");
    private static final Pattern PLACE = Pattern.compile("(?m)^([\\w./-]+(?::\\d+)?): ");

    @BeforeAll
    static void findThem() {
        Assumptions.assumeTrue(Files.isDirectory(SITES), "../shared/configs is not there");
    }

    static List<String> sites() throws IOException {
        try (Stream<Path> files = Files.list(EXPECTED)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".txt"))
                    .map(name -> name.substring(0, name.length() - ".txt".length()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("sites")
    void saysWhatStandsInTheWayOnce(String site) throws IOException {
        String expected = Files.readString(EXPECTED.resolve(site + ".txt"));
        try (ServerUnderTest server = site(SITES.resolve(site)).start()) {
            for (String place : places(expected)) {
                server.awaitLog(server.config() + "/" + place + ": ");
            }
            String said = server.log();

            assertThat(said.lines().filter(line -> line.contains(server.config() + "/")))
                    .doesNotHaveDuplicates();
            assertThat(said).doesNotContain("osgi.ds");
            assertThat(Traces.first(said)).isEmpty();
        }
    }

    /** One that prints its log without our doing has it printed twice with it. */
    private static ServerUnderTest.Builder site(Path config) throws IOException {
        ServerUnderTest.Builder site = ServerUnderTest.builder().configFrom(config);
        boolean prints =
                Files.readAllLines(config.resolve("plugins")).stream()
                        .anyMatch(line -> line.startsWith("logging/warn"));
        return prints ? site : site.file("logging", "logging/warn LOGWARN");
    }

    /** But for those of the file {@code logging}, which is another here. */
    private static Set<String> places(String sentences) {
        Set<String> places = new TreeSet<>();
        PLACE.matcher(sentences)
                .results()
                .map((MatchResult place) -> place.group(1))
                .filter(place -> !place.startsWith("logging"))
                .forEach(places::add);
        return places;
    }
}
