package org.qpsmtpd.deploy;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.osgi.framework.Constants;

/**
 * Whether a jar is whole and harmless to unpack: every entry is read to its end and has the length
 * and the checksum it claims, a folder holds nothing, each name leads to one entry and stays
 * inside, and neither number nor size of the entries is out of all proportion. It must be a bundle.
 */
final class JarCheck {
    /** Most entries of a jar. */
    static final int MOST_ENTRIES = 20_000;

    /** Most bytes of all entries together when unpacked. */
    static final long MOST_UNPACKED = 512L << 20;

    private static final long MOST_MANIFEST = 4L << 20;

    private static final Pattern LONE_CR = Pattern.compile("\r(?!\n)");
    private static final String REBUILD = "build the jar again";

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
     * @return the main attributes of its manifest
     */
    Attributes check(Path jar) throws JarFault {
        try (ZipFile file = new ZipFile(jar.toFile())) {
            readAll(file, entries(file));
            ZipLayout.check(jar);
            return manifest(file);
        } catch (FileNotFoundException
                | FileSystemException e) { // the copy is there: no descriptor
            throw JarFault.unreadable("it cannot be read: " + e.getMessage());
        } catch (IOException | IllegalArgumentException e) {
            throw broken("it is no jar, or not a whole one: " + e.getMessage(), "copy it again");
        }
    }

    private List<ZipEntry> entries(ZipFile file) throws JarFault {
        if (file.size() > mostEntries) {
            throw broken(
                    "it has " + file.size() + " entries, and " + mostEntries + " is the most",
                    "put a smaller jar there");
        }
        List<ZipEntry> entries = new ArrayList<>();
        Set<String> files = new HashSet<>();
        Set<String> folders = new HashSet<>();
        for (ZipEntry entry : file.stream().toList()) {
            String name = entry.getName();
            checkName(name);
            boolean isNew = entry.isDirectory() || files.add(readerName(name));
            if (!isNew) {
                throw broken("it has the entry " + quoted(name) + " twice", REBUILD);
            }
            for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
                folders.add(name.substring(0, end));
            }
            entries.add(entry);
        }
        files.retainAll(folders);
        if (!files.isEmpty()) {
            throw broken(
                    quoted(files.iterator().next()) + " is both an entry and a folder of it",
                    REBUILD);
        }
        return entries;
    }

    /** Letter case does not tell apart what readers of signatures look for. */
    private static String readerName(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return SignerCheck.isOfSignature(upper) ? upper : name;
    }

    private static void checkName(String name) throws JarFault {
        List<String> parts = List.of(name.split("/", -1));
        boolean odd =
                name.isEmpty()
                        || name.startsWith("/")
                        || name.indexOf('\\') >= 0
                        || name.matches("[A-Za-z]:.*")
                        || name.chars().anyMatch(Character::isISOControl)
                        || parts.contains("..");
        if (odd) {
            throw broken("it has the entry " + quoted(name) + ", which leads out of it", REBUILD);
        }
        if (parts.contains(".") || parts.subList(0, parts.size() - 1).contains("")) {
            throw broken("it has the entry " + quoted(name) + ", which no name leads to", REBUILD);
        }
    }

    private void readAll(ZipFile file, List<ZipEntry> entries) throws IOException, JarFault {
        byte[] buffer = new byte[1 << 16];
        long left = mostUnpacked;
        for (ZipEntry entry : entries) {
            String name = entry.getName().toUpperCase(Locale.ROOT);
            long most = SignerCheck.isOfSignature(name) ? MOST_MANIFEST : left;
            left -= read(file, entry, buffer, Math.min(most, left));
        }
    }

    private long read(ZipFile file, ZipEntry entry, byte[] buffer, long most)
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
        // Who reads to the end and who reads as many bytes as are declared must find the same.
        if (sum.getValue() != entry.getCrc() || size != entry.getSize()) {
            throw broken("its entry " + quoted(entry.getName()) + " is damaged", "copy it again");
        }
        // A folder is no part of a signature, and is found under the name of a file, too.
        if (entry.isDirectory() && size > 0) {
            throw broken("its folder " + quoted(entry.getName()) + " has a content", REBUILD);
        }
        return size;
    }

    private static Attributes manifest(ZipFile file) throws IOException, JarFault {
        ZipEntry entry = file.getEntry(JarFile.MANIFEST_NAME);
        byte[] bytes = new byte[0];
        if (entry != null && !entry.isDirectory()) {
            try (InputStream in = file.getInputStream(entry)) {
                bytes = in.readAllBytes();
            }
        }
        // The framework does not take it for the end of a line, others do.
        if (LONE_CR.matcher(new String(bytes, StandardCharsets.ISO_8859_1)).find()) {
            throw broken("its manifest has the end of a line that is only a CR", REBUILD);
        }
        Attributes attributes = new Manifest(new ByteArrayInputStream(bytes)).getMainAttributes();
        String name = attributes.getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (name == null || name.isBlank()) {
            throw broken(
                    "it is no bundle: its manifest has no Bundle-SymbolicName",
                    "build it with bnd, as the plugins of the distribution are");
        }
        return attributes;
    }

    private static String quoted(String name) {
        return "'" + OneLine.of(name) + "'";
    }

    private static JarFault broken(String reason, String advice) {
        return new JarFault(JarFault.Kind.BROKEN, reason, advice);
    }
}
