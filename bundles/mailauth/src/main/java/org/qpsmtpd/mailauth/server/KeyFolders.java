package org.qpsmtpd.mailauth.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.signature.SigningKey;

/**
 * The keys to sign with: for each domain a folder {@code dkim/DOMAIN} of the configuration. Its
 * file {@code selector} has a selector on each line; the key of a selector is in {@code
 * SELECTOR.private}, or in {@code private} where there is no such file. A folder that is a link to
 * another one signs as the domain of that.
 *
 * <p>Source: qpsmtpd {@code plugins/dkim}, get_keydir.
 */
public final class KeyFolders {
    /** The file that names the selectors. */
    public static final String SELECTOR = "selector";

    /** The file of a key, or how its name ends. */
    public static final String PRIVATE = "private";

    private static final String FOLDER = "dkim";
    private static final long LARGEST = 64 * 1024;
    private static final int MOST_KEYS = 10;
    private static final int MOST_KEPT = 1000;

    private final List<Path> directories;
    private final Map<Path, Read> read = new ConcurrentHashMap<>();

    /**
     * What was read of a folder.
     *
     * @param stamps of its files then, by which a change is seen
     */
    private record Read(List<Stamp> stamps, List<SigningKey> keys) {}

    private record Stamp(String name, FileTime time, long size, @Nullable Object file) {}

    /**
     * The folders of a configuration.
     *
     * @param directories of the configuration; the first one that has the folder counts
     */
    public KeyFolders(List<Path> directories) {
        this.directories = List.copyOf(directories);
    }

    /** Where the keys of a domain are, or would be. */
    public Path home(String domain) {
        return directories.get(0).resolve(FOLDER).resolve(domain);
    }

    /** The folder of a domain or of its nearest parent that has one; null without any. */
    public @Nullable Path find(String domain) {
        String name = domain;
        while (!name.isEmpty()) {
            for (Path directory : directories) {
                Path folder = directory.resolve(FOLDER).resolve(name);
                if (Files.isDirectory(folder)) {
                    return folder;
                }
            }
            int dot = name.indexOf('.');
            name = dot < 0 ? "" : name.substring(dot + 1);
        }
        return null;
    }

    /**
     * The keys in a folder, read anew when a file of it has changed.
     *
     * @throws IOException naming the file and what is wrong with it
     */
    public List<SigningKey> keys(Path folder) throws IOException {
        Path real = folder.toRealPath();
        List<Stamp> stamps = stamps(real);
        Read known = read.get(real);
        if (known != null && known.stamps.equals(stamps)) {
            return known.keys;
        }
        List<SigningKey> keys = readKeys(real);
        if (read.size() >= MOST_KEPT) {
            read.clear();
        }
        read.put(real, new Read(stamps, keys));
        return keys;
    }

    private static List<Stamp> stamps(Path folder) throws IOException {
        List<Stamp> stamps = new ArrayList<>();
        try (var files = Files.newDirectoryStream(folder, "{selector,private,*.private}")) {
            for (Path file : files) {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                stamps.add(
                        new Stamp(
                                String.valueOf(file.getFileName()),
                                now.lastModifiedTime(),
                                now.size(),
                                now.fileKey()));
            }
        }
        return stamps;
    }

    private static List<SigningKey> readKeys(Path folder) throws IOException {
        String domain =
                DomainName.of(String.valueOf(folder.getFileName()))
                        .orElseThrow(() -> new IOException(folder + " is not named as a domain"));
        Path file = folder.resolve(SELECTOR);
        List<SigningKey> keys = new ArrayList<>();
        for (String line : text(file).lines().toList()) {
            String selector = line.strip();
            if (selector.isEmpty() || selector.startsWith("#")) {
                continue;
            }
            if (!DomainName.isName(selector) || !selector.matches("[A-Za-z0-9._-]+")) {
                throw new IOException(file + ": '" + selector + "' is no selector");
            }
            keys.add(key(folder, domain, selector));
        }
        if (keys.isEmpty() || keys.size() > MOST_KEYS) {
            throw new IOException(file + " has no selector, or more than " + MOST_KEYS);
        }
        return List.copyOf(keys);
    }

    private static SigningKey key(Path folder, String domain, String selector) throws IOException {
        Path own = folder.resolve(selector + "." + PRIVATE);
        Path file = Files.exists(own) ? own : folder.resolve(PRIVATE);
        try {
            return SigningKey.read(domain, selector, text(file));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static String text(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException(file + " cannot be read, or is not there");
        }
        if (Files.size(file) > LARGEST) {
            throw new IOException(file + " is larger than any key");
        }
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
