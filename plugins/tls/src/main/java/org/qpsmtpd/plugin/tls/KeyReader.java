package org.qpsmtpd.plugin.tls;

import java.io.ByteArrayOutputStream;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import org.qpsmtpd.plugin.tls.PemFile.Block;

/**
 * Reads a private key from a PEM file: PKCS#8 (RFC 5208), RSA in PKCS#1 (RFC 8017), or EC in SEC 1
 * (RFC 5915). The older two are put into the envelope of the first, which is what the JDK reads.
 */
final class KeyReader {
    private static final byte[] VERSION_0 = {2, 1, 0};

    /** The object identifier 1.2.840.113549.1.1.1 and NULL. */
    private static final byte[] RSA = {
        6, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 5, 0
    };

    /** The object identifier 1.2.840.10045.2.1. */
    private static final byte[] EC = {6, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1};

    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 4;
    private static final int CURVE = 0xA0;

    private KeyReader() {}

    /** The first private key of a file. */
    static PrivateKey read(PemFile file) throws KeyFault {
        for (Block block : file.blocks()) {
            if (block.type().endsWith("PRIVATE KEY")) {
                if (block.encrypted()) {
                    throw new KeyFault(
                            file.path()
                                    + ": the key is protected by a passphrase, which nobody is"
                                    + " there to type; openssl pkey writes it without");
                }
                return key(file, block);
            }
        }
        throw new KeyFault(file.path() + ": there is no private key in it");
    }

    private static PrivateKey key(PemFile file, Block block) throws KeyFault {
        try {
            return switch (block.type()) {
                case "RSA PRIVATE KEY" -> decoded(envelope(RSA, block.octets()), "RSA");
                case "EC PRIVATE KEY" ->
                        decoded(envelope(joined(EC, curve(file, block)), block.octets()), "EC");
                case "PRIVATE KEY" -> anyOf(block.octets());
                default -> throw new InvalidKeySpecException("of a kind that TLS cannot use");
            };
        } catch (InvalidKeySpecException | NoSuchAlgorithmException | RuntimeException e) {
            throw new KeyFault(
                    file.path()
                            + ": the "
                            + block.type()
                            + " cannot be used, it is damaged or neither RSA nor EC ("
                            + e.getMessage()
                            + ")");
        }
    }

    private static PrivateKey anyOf(byte[] octets)
            throws InvalidKeySpecException, NoSuchAlgorithmException {
        InvalidKeySpecException last = new InvalidKeySpecException();
        for (String algorithm : List.of("RSA", "EC", "RSASSA-PSS")) {
            try {
                return decoded(octets, algorithm);
            } catch (InvalidKeySpecException e) {
                last = e;
            }
        }
        throw last;
    }

    private static PrivateKey decoded(byte[] octets, String algorithm)
            throws InvalidKeySpecException, NoSuchAlgorithmException {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(octets));
    }

    /** The curve, from the key itself or from the block of parameters before it. */
    private static byte[] curve(PemFile file, Block block) throws InvalidKeySpecException {
        byte[] key = block.octets();
        int at = start(key, 0);
        while (at < key.length) {
            int inside = start(key, at);
            int end = inside + length(key, at);
            if ((key[at] & 0xFF) == CURVE) {
                return Arrays.copyOfRange(key, inside, end);
            }
            at = end;
        }
        return file.first("EC PARAMETERS")
                .map(Block::octets)
                .orElseThrow(() -> new InvalidKeySpecException("it names no curve"));
    }

    /** Where the contents of the value at an index begin. */
    private static int start(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int length(byte[] der, int at) {
        int length = der[at + 1] & 0xFF;
        if (length < 0x80) {
            return length;
        }
        int value = 0;
        for (int i = 0; i < length - 0x80; i++) {
            value = Math.addExact(Math.multiplyExact(value, 256), der[at + 2 + i] & 0xFF);
        }
        return value;
    }

    private static byte[] envelope(byte[] algorithm, byte[] key) {
        return value(SEQUENCE, joined(VERSION_0, value(SEQUENCE, algorithm), value(OCTETS, key)));
    }

    private static byte[] value(int tag, byte[] contents) {
        int length = contents.length;
        byte[] head;
        if (length < 0x80) {
            head = new byte[] {(byte) tag, (byte) length};
        } else if (length < 0x100) {
            head = new byte[] {(byte) tag, (byte) 0x81, (byte) length};
        } else {
            head = new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        }
        return joined(head, contents);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
