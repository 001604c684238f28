package org.qpsmtpd.runtime.felix.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.runtime.felix.host.Account;
import org.qpsmtpd.runtime.felix.host.Folders;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * The folders of the distribution.
 *
 * @param directory where the distribution lies, absolute
 * @param config qpsmtpd's config directory, absolute
 * @param deploy the folder that takes new bundles, absolute
 */
public record Home(Path directory, Path config, Path deploy) {
    /** The system property by which the start script names the distribution. */
    public static final String PROPERTY = "org.qpsmtpd.home";

    /** What the server and the sample configuration write to. */
    private static final List<String> WRITTEN = List.of("var", "log", "mail");

    /**
     * Takes the folders from the environment variables {@code QPSMTPD_CONFIG} and {@code
     * QPSMTPD_DEPLOY}, else from the distribution.
     *
     * @throws StartFailure with status 1 when the start script named no distribution
     */
    public static Home find(Map<String, String> environment) throws StartFailure {
        @Nullable String named = System.getProperty(PROPERTY);
        if (named == null) {
            throw StartFailure.failed(
                    "FATAL: the system property "
                            + PROPERTY
                            + " is not set: start with bin/qpsmtpd-prefork");
        }
        Path directory = Path.of(named).toAbsolutePath().normalize();
        return new Home(
                directory,
                folder(environment.get("QPSMTPD_CONFIG"), directory.resolve("config")),
                folder(environment.get("QPSMTPD_DEPLOY"), directory.resolve("deploy")));
    }

    /**
     * A configuration directory that somebody named must be there, since the server would run with
     * another one without it.
     *
     * @throws StartFailure with status 1, naming it and what is wrong
     */
    public void requireConfiguration() throws StartFailure {
        if (config.equals(directory.resolve("config"))) {
            return;
        }
        if (!Files.isDirectory(config)) {
            throw StartFailure.failed(
                    "FATAL: QPSMTPD_CONFIG names "
                            + config
                            + ", which is no folder that is there: name the configuration"
                            + " directory, or make it");
        }
        if (!Files.isReadable(config) || !Files.isExecutable(config)) {
            throw StartFailure.failed(
                    "FATAL: user "
                            + System.getProperty("user.name")
                            + " cannot read "
                            + config
                            + ", which QPSMTPD_CONFIG names: give that user read access to it and"
                            + " all folders above it");
        }
    }

    private static Path folder(@Nullable String named, Path otherwise) {
        boolean given = named != null && !named.isEmpty();
        return given ? Path.of(named).toAbsolutePath().normalize() : otherwise;
    }

    /** The launcher's class path. */
    Path lib() {
        return directory.resolve("lib");
    }

    public Path bundles() {
        return lib().resolve("bundles");
    }

    public Path plugins() {
        return directory.resolve("plugins");
    }

    /** What the server writes to; a link there that root made, as packages have it, is followed. */
    public Path var() {
        Path var = directory.resolve("var");
        try {
            boolean followed =
                    Files.isSymbolicLink(var)
                            && Files.getAttribute(var, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                                    .equals(0);
            return followed ? directory.resolve(Files.readSymbolicLink(var)).normalize() : var;
        } catch (IOException e) {
            return var; // who uses it finds out what is wrong with it
        }
    }

    /** Where JNA's library for this machine lies unpacked, if the distribution has one. */
    public Path nativeLibraries() {
        String architecture = System.getProperty("os.arch", "").replace("amd64", "x86-64");
        return lib().resolve("native").resolve("linux-" + architecture);
    }

    /**
     * As root: makes the folders that are written to and gives those of root's to the account, with
     * what a server of root's made in them. A folder of another user's stays as it is, and so does
     * what cannot be written.
     *
     * @return why a folder could not be made or given, a sentence each
     */
    public List<String> giveTo(Account account) throws IOException {
        FolderTrust.require(directory);
        List<String> faults = new ArrayList<>();
        for (String name : WRITTEN) {
            Path folder = directory.resolve(name);
            try {
                if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(folder, Folders.PRIVATE);
                }
                Handover.give(folder, account);
            } catch (IOException e) {
                faults.add(
                        "user " + account.name() + " has no " + folder + ": " + OneLine.reason(e));
            }
        }
        return faults;
    }

    /**
     * What of a server of root's is left in the folders that are written to, a sentence for each
     * folder.
     *
     * @param user the name of the user who serves, another than root
     */
    public List<String> leftByRoot(String user) throws IOException {
        List<String> left = new ArrayList<>();
        for (String name : WRITTEN) {
            Path folder = directory.resolve(name);
            Handover.roots(folder)
                    .map(
                            path ->
                                    path
                                            + " belongs to root, from a start as root, and user "
                                            + user
                                            + " cannot write there: run chown -Rh "
                                            + user
                                            + ": "
                                            + folder)
                    .ifPresent(left::add);
        }
        return left;
    }

    /**
     * For root that stays root: the configuration names programs that are run, so nobody else may
     * be able to change it.
     *
     * @throws StartFailure with status 1, naming the file or folder and why
     */
    public void requireRootsConfiguration() throws StartFailure, IOException {
        for (Path folder : List.of(config, directory.resolve("config"))) {
            if (Files.isDirectory(folder)) {
                requireRoots(folder);
                for (Path file : files(folder)) {
                    requireRoots(file);
                }
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isRegularFile).toList();
        }
    }

    private static void requireRoots(Path path) throws StartFailure {
        try {
            FolderTrust.require(path);
        } catch (IOException e) {
            throw StartFailure.failed(
                    "FATAL: root does not run what others can change in the configuration: "
                            + OneLine.reason(e)
                            + ": make it root's alone, or name with --user who is to serve");
        }
    }
}
