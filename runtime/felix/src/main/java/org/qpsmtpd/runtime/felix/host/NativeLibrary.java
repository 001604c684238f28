package org.qpsmtpd.runtime.felix.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/**
 * Sees to it that JNA's library is loaded from where it works. The libffi in it looks its own path
 * up in {@code /proc/self/maps}, reads that to the first white space, and runs what it finds in the
 * file of that name, whatever it is. So a distribution in {@code /srv/mail server} must not load it
 * there when there is a {@code /srv/mail}. Neither it nor Netty's can be loaded from a mount with
 * noexec.
 */
public final class NativeLibrary {
    private static final Pattern WHITE_SPACE = Pattern.compile("[ \\t\\n\\x0B\\f\\r]");
    private static final String NAME = "libjnidispatch.so";
    private static final String NO_NETTY = "io.netty.transport.noNative";
    private static final String NETTY_FOLDER = "io.netty.native.workdir";

    private NativeLibrary() {}

    /**
     * Has JNA take its library from a folder, or from a copy that is gone when this returns.
     *
     * @param folder where it lies unpacked; when there is no such folder JNA unpacks its own
     * @throws StartFailure with status 1 when it can be loaded from nowhere
     */
    public static void choose(Path folder) throws StartFailure, IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        System.setProperty("jna.nounpack", "true");
        Optional<String> fault = fault(folder);
        if (fault.isEmpty()) {
            use(folder);
        } else {
            loadCopy(folder.resolve(NAME), fault.get());
        }
    }

    private static Optional<String> fault(Path folder) throws IOException {
        return Mounts.forbidCode(folder)
                ? Optional.of("it lies on a mount with noexec")
                : mistakenFor(folder)
                        .map(
                                cut ->
                                        "there is a blank in its path, and it would be taken for "
                                                + cut);
    }

    /** The file or folder that libffi would take a library in this folder for, if it is there. */
    static Optional<Path> mistakenFor(Path folder) throws IOException {
        String path = folder.toRealPath() + "/";
        Matcher blank = WHITE_SPACE.matcher(path);
        return blank.find()
                ? Optional.of(Path.of(path.substring(0, blank.start())))
                        .filter(cut -> Files.exists(cut, LinkOption.NOFOLLOW_LINKS))
                : Optional.empty();
    }

    private static void use(Path folder) {
        System.setProperty("jna.boot.library.path", folder.toString());
    }

    private static List<Path> places() {
        return List.of(Path.of(System.getProperty("java.io.tmpdir")), Path.of("/dev/shm"));
    }

    private static void loadCopy(Path library, String fault) throws StartFailure {
        StringBuilder reasons = new StringBuilder();
        for (Path place : places()) {
            try {
                loadCopyIn(place, library);
                return;
            } catch (IOException e) {
                reasons.append("; ").append(place).append(": ").append(OneLine.reason(e));
            }
        }
        throw StartFailure.failed(
                "FATAL: "
                        + library
                        + " cannot be used: "
                        + fault
                        + "; nor can a copy of it"
                        + reasons
                        + ": move the distribution, or name a folder for the copy with"
                        + " -Djava.io.tmpdir=FOLDER in QPSMTPD_JAVA_OPTS");
    }

    /** Once everything is linked, the file is not needed any longer. */
    private static void loadCopyIn(Path place, Path library) throws IOException {
        Path folder = Files.createTempDirectory(place, "qpsmtpd-", Folders.PRIVATE);
        Path copy = folder.resolve(NAME);
        try {
            FolderTrust.requireForRoot(folder);
            Optional<String> fault = fault(folder);
            if (fault.isPresent()) {
                throw new IOException(fault.get());
            }
            Files.copy(library, copy);
            System.load(copy.toString());
            use(folder);
            LibC.lastError();
        } catch (UnsatisfiedLinkError e) {
            throw new IOException(OneLine.reason(e), e);
        } finally {
            Files.deleteIfExists(copy);
            Files.deleteIfExists(folder);
        }
    }

    /**
     * Names the folder into which Netty unpacks its library.
     *
     * @param usual that of this run; where no code may be run from it, another is taken
     * @return what there is to say when there is none
     */
    public static Optional<String> chooseRoomForNetty(Path usual) throws IOException {
        if (Boolean.getBoolean(NO_NETTY)) {
            return Optional.empty();
        }
        if (!Mounts.forbidCode(usual)) {
            System.setProperty(NETTY_FOLDER, usual.toString());
            return Optional.empty();
        }
        for (Path place : places()) {
            if (Files.isWritable(place) && !Mounts.forbidCode(place)) {
                System.setProperty(NETTY_FOLDER, place.toString());
                return Optional.empty();
            }
        }
        System.setProperty(NO_NETTY, "true");
        return Optional.of(
                "WARNING: "
                        + usual
                        + " lies on a mount with noexec, and so do "
                        + places()
                        + ": Netty runs without its library, which takes more CPU for each"
                        + " connection; put var/ on a mount without noexec");
    }
}
