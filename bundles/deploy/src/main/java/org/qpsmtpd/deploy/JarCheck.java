package org.qpsmtpd.deploy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipFile;
import org.osgi.framework.Constants;

/**
 * Whether a jar is whole and harmless to unpack: every entry is read to its end and has the
 * checksum it claims, the names stay inside, and neither number nor size of the entries is out of
 * all proportion. It must be a bundle.
 */
final class JarCheck {
    /** Most entries of a jar. */
    static final int MOST_ENTRIES = 20_000;

    /** Most bytes of all entries together when unpacked. */
    static final long MOST_UNPACKED = 512L << 20;

    private static final long MOST_MANIFEST = 4L << 20;

    private final long mostUnpacked;
    private final int mostEntries;

    JarCheck() {
        this(MOST_ENTRIES, MOST_UNPACKED);
    }

    JarCheck(int mostEntries, long mostUnpacked) {
        this.mostEntries = mostEntries;
        this.mostUnpacked = mostUnpacked;
    }

    /**
     * Reads a jar from end to end.
     *
     * @param signed whether signatures are verified; the entries then know their signers
     * @return its entries
     */
    List<JarEntry> check(Path jar, boolean signed) throws JarFault {
        try (JarFile file = new JarFile(jar.toFile(), signed, ZipFile.OPEN_READ)) {
            List<JarEntry> entries = entries(file);
            readAll(file, entries);
            checkManifest(file.getManifest());
            return entries;
        } catch (SecurityException e) {
            throw new JarFault(
                    JarFault.Kind.UNSIGNED,
                    "its signature does not hold: " + e.getMessage(),
                    "sign the jar again");
        } catch (FileNotFoundException e) { // the copy is there: no descriptor was to be had
            throw JarFault.unreadable("it cannot be read: " + e.getMessage());
        } catch (IOException | IllegalArgumentException e) {
            throw broken("it is no jar, or not a whole one: " + e.getMessage(), "copy it again");
        }
    }

    private List<JarEntry> entries(JarFile file) throws JarFault {
        if (file.size() > mostEntries) {
            throw broken(
                    "it has " + file.size() + " entries, and " + mostEntries + " is the most",
                    "put a smaller jar there");
        }
        List<JarEntry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JarEntry entry : file.stream().toList()) {
            checkName(entry.getName());
            if (!names.add(entry.getName())) {
                throw broken("it has the entry " + quoted(entry.getName()) + " twice", REBUILD);
            }
            entries.add(entry);
        }
        return entries;
    }

    private static final String REBUILD = "build the jar again";

    private static void checkName(String name) throws JarFault {
        boolean odd =
                name.isEmpty()
                        || name.startsWith("/")
                        || name.indexOf('\\') >= 0
                        || name.matches("[A-Za-z]:.*")
                        || name.chars().anyMatch(Character::isISOControl)
                        || List.of(name.split("/", -1)).contains("..");
        if (odd) {
            throw broken("it has the entry " + quoted(name) + ", which leads out of it", REBUILD);
        }
    }

    private void readAll(JarFile file, List<JarEntry> entries) throws IOException, JarFault {
        byte[] buffer = new byte[1 << 16];
        long left = mostUnpacked;
        for (JarEntry entry : entries) {
            long most = JarFile.MANIFEST_NAME.equals(entry.getName()) ? MOST_MANIFEST : left;
            left -= read(file, entry, buffer, Math.min(most, left));
        }
    }

    private long read(JarFile file, JarEntry entry, byte[] buffer, long most)
            throws IOException, JarFault {
        CRC32 sum = new CRC32();
        long size = 0;
        try (InputStream in = file.getInputStream(entry)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                size += count;
                if (size > most) {
                    throw broken(
                            "unpacked it has more than " + mostUnpacked + " bytes",
                            "put a smaller jar there");
                }
                sum.update(buffer, 0, count);
            }
        }
        if (sum.getValue() != entry.getCrc()) {
            throw broken("its entry " + quoted(entry.getName()) + " is damaged", "copy it again");
        }
        return size;
    }

    private static void checkManifest(@org.jspecify.annotations.Nullable Manifest manifest)
            throws JarFault {
        String name =
                manifest == null
                        ? null
                        : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (name == null || name.isBlank()) {
            throw broken(
                    "it is no bundle: its manifest has no Bundle-SymbolicName",
                    "build it with bnd, as the plugins of the distribution are");
        }
    }

    private static String quoted(String name) {
        return "'" + OneLine.of(name) + "'";
    }

    private static JarFault broken(String reason, String advice) {
        return new JarFault(JarFault.Kind.BROKEN, reason, advice);
    }
}
