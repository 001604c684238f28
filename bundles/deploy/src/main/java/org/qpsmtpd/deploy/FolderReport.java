package org.qpsmtpd.deploy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an administrator is told of the files in the folder, in the log and when asked. */
final class FolderReport {
    private static final Logger LOG = LoggerFactory.getLogger(FolderReport.class);

    /** Most sentences about files at once; the rest is counted. */
    private static final int MOST_TOLD = 5;

    private final Roster roster;
    private final Configurations configurations;
    private final Lacks lacks;
    private final String folder;
    private volatile List<String> idle = List.of();

    /**
     * @param folder name of the folder
     */
    FolderReport(Roster roster, Configurations configurations, Lacks lacks, String folder) {
        this.roster = roster;
        this.configurations = configurations;
        this.lacks = lacks;
        this.folder = folder;
    }

    /** Has the log say what is new about files that are taken. */
    void tell() {
        configurations.begunToWait().forEach(this::tellWaiting);
        tellLacks();
        tellIdle();
    }

    private void tellWaiting(String file) {
        LOG.warn("{}/{}: {}; install it, or remove the file", folder, file, Configurations.WAITING);
    }

    /** A jar that has come, changed or gone may be what others use. */
    void tellLacks() {
        Map<DeployedBundle, String> found = lacks.of(roster.wanted(), roster.staying());
        for (DeployedBundle bundle : roster.noteLacks(found)) {
            LOG.warn("{}/{}", folder, bundle.lackSentence());
        }
    }

    /** The plugin of a configuration leaves when its last session ends. */
    private void tellIdle() {
        List<String> now = configurations.idle();
        for (String sentence : now) {
            if (!idle.contains(sentence)) {
                LOG.warn("{}/{}", folder, sentence);
            }
        }
        idle = now;
    }

    /** Has the log say which bundles are not used, since others are newer. */
    void tellShadowed(List<DeployedBundle> shadowed) {
        for (DeployedBundle bundle : shadowed) {
            LOG.warn(
                    "{}/{}: {} is not used: {}",
                    folder,
                    bundle.jar(),
                    bundle.label(),
                    bundle.remark());
        }
    }

    /** Why no file brings a plugin; absent when none is known that would. */
    Optional<String> absence(String plugin) {
        List<DeploymentStatus> refusals = roster.refusals();
        return refusals.stream()
                .filter(refused -> refused.plugins().contains(plugin))
                .map(refused -> told(refused, " has it, and is refused: "))
                .findFirst()
                .or(
                        () ->
                                refusals.stream()
                                        .filter(FolderReport::mayHoldAnything)
                                        .map(it -> told(it, " may have it, and is refused: "))
                                        .findFirst());
    }

    /** A jar that did not become a bundle has not told its plugins. */
    private static boolean mayHoldAnything(DeploymentStatus refused) {
        return refused.bundle().isEmpty() && refused.file().endsWith(Jar.ENDING);
    }

    private String told(DeploymentStatus refused, String verdict) {
        return folder + "/" + refused.file() + verdict + refused.reason();
    }

    /** What is not in use, a sentence each. */
    List<String> refused() {
        return few(
                roster.refusals().stream()
                        .map(refused -> refused.file() + " is refused: " + refused.reason())
                        .toList());
    }

    /** What will not be in use for ever, a sentence each. */
    List<String> warnings() {
        return few(Stream.concat(roster.lacks().stream(), idle.stream()).toList());
    }

    private List<String> few(List<String> sentences) {
        List<String> few = new ArrayList<>();
        sentences.stream().limit(MOST_TOLD).forEach(it -> few.add(folder + "/" + it));
        if (sentences.size() > MOST_TOLD) {
            few.add(sentences.size() - MOST_TOLD + " more in " + folder);
        }
        return few;
    }

    /** A row for each content of a file that matters, by name of the file. */
    List<DeploymentStatus> rows() {
        return Stream.concat(roster.rows().stream(), configurations.rows().stream())
                .sorted(Comparator.comparing(DeploymentStatus::file))
                .toList();
    }
}
