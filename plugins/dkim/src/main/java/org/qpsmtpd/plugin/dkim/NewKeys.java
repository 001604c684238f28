package org.qpsmtpd.plugin.dkim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.mailauth.server.KeyFolders;

/** Makes keys for a domain that has none: of RSA, and of Ed25519 beside it. */
final class NewKeys {
    private static final int RSA_BITS = 2048;
    private static final int ED25519_BITS = 255;
    private static final DateTimeFormatter MONTH =
            DateTimeFormatter.ofPattern("MMMyyyy", Locale.ROOT);
    private static final FileAttribute<?> OWN_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> OWN_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;
    private final String selector;

    /**
     * @param selector empty for one that names the month
     * @throws IllegalArgumentException when it is none
     */
    NewKeys(Path folder, String selector) {
        this.folder = folder;
        this.selector =
                selector.isEmpty()
                        ? MONTH.format(LocalDate.now(ZoneOffset.UTC)).toLowerCase(Locale.ROOT)
                        : selector;
        if (!this.selector.matches("[a-z0-9][a-z0-9_-]{0,60}")) {
            throw new IllegalArgumentException(
                    "selector '" + selector + "' is not of lower-case letters, digits, _ and -");
        }
    }

    /** Writes them into the folder, which must not be there. */
    Path write() throws IOException {
        Files.createDirectories(folder.resolveSibling(""));
        try {
            Files.createDirectory(folder, OWN_FOLDER);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(folder + " is there; remove it to make new keys", e);
        }
        write(KeyFolders.PRIVATE, key("RSA", RSA_BITS));
        write(selector + "e." + KeyFolders.PRIVATE, key("Ed25519", ED25519_BITS));
        write(KeyFolders.SELECTOR, selector + "\n" + selector + "e\n");
        return folder;
    }

    private void write(String name, String text) throws IOException {
        Set<StandardOpenOption> isNew =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var out = Files.newByteChannel(folder.resolve(name), isNew, OWN_FILE)) {
            out.write(StandardCharsets.US_ASCII.encode(text));
        }
    }

    private static String key(String type, int size) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
            generator.initialize(size);
            byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
            String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
            return "-----BEGIN PRIVATE KEY-----\n" + lines + "\n-----END PRIVATE KEY-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java makes such keys", e);
        }
    }
}
