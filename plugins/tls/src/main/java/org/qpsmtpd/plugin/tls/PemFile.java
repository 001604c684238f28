package org.qpsmtpd.plugin.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a PEM file (RFC 7468), with the headers of older ones (RFC 1421) and any text
 * between them.
 *
 * @param path where it was read
 * @param blocks in the order of the file
 */
record PemFile(Path path, List<Block> blocks) {
    private static final int MAX_OCTETS = 1024 * 1024;
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]{1,64})-----([^-]*+(?:-(?!----)[^-]*+)*+)-----END \\1-----");

    /** A block. */
    static final class Block {
        private final String type;
        private final boolean encrypted;
        private final byte[] octets;

        private Block(String type, boolean encrypted, byte[] octets) {
            this.type = type;
            this.encrypted = encrypted;
            this.octets = octets;
        }

        /** Such as {@code CERTIFICATE}. */
        String type() {
            return type;
        }

        /** Whether a passphrase protects it; then it is not read. */
        boolean encrypted() {
            return encrypted;
        }

        /** What is in it. */
        byte[] octets() {
            return octets.clone();
        }
    }

    /** Reads a file. */
    static PemFile read(Path path) throws KeyFault {
        String text = text(path);
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(block(path, matcher.group(1), matcher.group(2)));
        }
        if (blocks.isEmpty()) {
            throw new KeyFault(
                    path
                            + ": has no line -----BEGIN ...-----; a PEM file is wanted, openssl x509"
                            + " -inform DER and openssl pkcs12 make one");
        }
        return new PemFile(path, List.copyOf(blocks));
    }

    private static String text(Path path) throws KeyFault {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] octets = in.readNBytes(MAX_OCTETS + 1);
            if (octets.length > MAX_OCTETS) {
                throw new KeyFault(path + ": is too large for a PEM file");
            }
            return new String(octets, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new KeyFault(path + ": is not there");
        } catch (AccessDeniedException e) {
            throw new KeyFault(
                    path + ": cannot be read by the server's user; let its group read it");
        } catch (KeyFault e) {
            throw e;
        } catch (IOException e) {
            throw new KeyFault(path + ": cannot be read: " + e.getMessage());
        }
    }

    private static Block block(Path path, String type, String inside) throws KeyFault {
        boolean headers = inside.contains("Proc-Type:");
        boolean encrypted =
                type.startsWith("ENCRYPTED") || (headers && inside.contains("ENCRYPTED"));
        if (encrypted) {
            return new Block(type, true, new byte[0]);
        }
        try {
            byte[] octets = Base64.getDecoder().decode(inside.replaceAll("\\s+", ""));
            return new Block(type, false, octets);
        } catch (IllegalArgumentException e) {
            throw new KeyFault(path + ": the block " + type + " is damaged: it is no base64");
        }
    }

    /** The first block of a type. */
    Optional<Block> first(String type) {
        return blocks.stream().filter(block -> block.type().equals(type)).findFirst();
    }
}
