package org.qpsmtpd.runtime.sbom;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Writes an archive anew so that the same contents give the same octets: by name, at one time, for
 * archives that a tool of the build puts together as it finds the files. The build runs it.
 */
public final class Repack {
    private Repack() {}

    /**
     * Writes the archive anew.
     *
     * @param arguments the archive, and the time that its entries get
     */
    public static void main(String[] arguments) throws IOException {
        repack(Path.of(arguments[0]), Instant.parse(arguments[1]));
    }

    static void repack(Path archive, Instant time) throws IOException {
        Path fresh = archive.resolveSibling(archive.getFileName() + ".fresh");
        LocalDateTime local = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
        try (ZipFile from = new ZipFile(archive.toFile());
                OutputStream out = Files.newOutputStream(fresh);
                ZipOutputStream to = new ZipOutputStream(out)) {
            for (ZipEntry entry : inOrder(from)) {
                ZipEntry same = new ZipEntry(entry.getName());
                same.setTimeLocal(local);
                to.putNextEntry(same);
                copy(from, entry, to);
            }
        }
        Files.move(fresh, archive, StandardCopyOption.REPLACE_EXISTING);
    }

    private static List<? extends ZipEntry> inOrder(ZipFile archive) {
        return archive.stream()
                .filter(entry -> !entry.isDirectory())
                .sorted(
                        Comparator.<ZipEntry, Boolean>comparing(
                                        entry -> !entry.getName().equals(JarFile.MANIFEST_NAME))
                                .thenComparing(ZipEntry::getName))
                .toList();
    }

    private static void copy(ZipFile from, ZipEntry entry, OutputStream to) throws IOException {
        try (InputStream in = from.getInputStream(entry)) {
            in.transferTo(to);
        }
    }
}
