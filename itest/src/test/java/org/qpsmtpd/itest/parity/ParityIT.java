package org.qpsmtpd.itest.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.process.Shell;

/**
 * Plays each dialogue against Debian's qpsmtpd and against ours. Their codes are the same but for
 * what the table of differences says.
 */
class ParityIT {
    private static final Path FOLDER = Path.of("src/test/resources/parity");
    private static final Path TABLE = Path.of("parity.md");
    private static final int LEAST = 300;

    private static Map<String, Contest.Outcome> outcomes = Map.of();

    static List<Dialogue> dialogues() throws IOException {
        return DialogueFile.readAll(FOLDER);
    }

    @BeforeAll
    static void playAll(@TempDir Path folder) throws Exception {
        Program debian = Program.find("qpsmtpd-forkserver", "qpsmtpd");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        ServerPair.Programs programs = new ServerPair.Programs(debian, distribution(folder));
        try (Contest contest = new Contest(programs, folder)) {
            outcomes = contest.play(dialogues());
        }
    }

    /** Root's servers run as another user here, who must be able to read the distribution. */
    private static Path distribution(Path folder) {
        if (!Shell.isRoot()) {
            return ServerUnderTest.home();
        }
        Path copy = folder.resolve("qpsmtpd");
        Shell.copyDistribution(copy);
        Shell.run("chmod", "-R", "a+rX", copy.toString());
        return copy;
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void answersAsDebiansButForWhatIsListed(Dialogue dialogue) throws IOException {
        Contest.Outcome outcome = outcomes.get(dialogue.name());
        assertThat(outcome).as("outcome of %s", dialogue).isNotNull();

        assertThat(Differences.read(TABLE).row(dialogue))
                .as(
                        "row of the table, for %s\n  theirs: %s\n  ours: %s",
                        dialogue.steps(), outcome.theirs().line(), outcome.ours().line())
                .isEqualTo(Differences.needed(dialogue, outcome.theirs(), outcome.ours()));
    }

    @Test
    void theTableListsNoOtherDialogues() throws IOException {
        assertThat(Differences.read(TABLE).names())
                .isSubsetOf(dialogues().stream().map(Dialogue::name).toList());
    }

    @Test
    void thereAreEnoughDialoguesEachWithItsOwnName() throws IOException {
        assertThat(dialogues().stream().map(Dialogue::name).toList())
                .hasSizeGreaterThanOrEqualTo(LEAST)
                .doesNotHaveDuplicates();
    }
}
