package org.qpsmtpd.mailauth.signature;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.HexFormat;

/** Puts keys that stand alone into the frames that Java reads (X.690 DER). */
final class Der {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;

    /** The algorithm rsaEncryption, with its parameter NULL. */
    private static final byte[] RSA = hex("300d06092a864886f70d0101010500");

    /** The algorithm Ed25519. */
    private static final byte[] ED25519 = hex("300506032b6570");

    private static final byte[] VERSION = hex("020100");
    private static final byte[] NO_UNUSED_BITS = {0};

    private Der() {}

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    /** SubjectPublicKeyInfo (RFC 5280) of a key that is that, or an RSAPublicKey (RFC 8017). */
    static byte[] rsaPublicKey(byte[] key) {
        return isSequenceOfInteger(key) ? publicKey(RSA, key) : key;
    }

    /** SubjectPublicKeyInfo of 32 octets. */
    static byte[] ed25519PublicKey(byte[] key) {
        return publicKey(ED25519, key);
    }

    /** PrivateKeyInfo (RFC 5958) of an RSAPrivateKey. */
    static byte[] rsaPrivateKey(byte[] key) {
        return element(SEQUENCE, VERSION, RSA, element(OCTET_STRING, key));
    }

    /** PrivateKeyInfo of 32 octets. */
    static byte[] ed25519PrivateKey(byte[] key) {
        return element(
                SEQUENCE, VERSION, ED25519, element(OCTET_STRING, element(OCTET_STRING, key)));
    }

    private static byte[] publicKey(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, algorithm, element(BIT_STRING, NO_UNUSED_BITS, key));
    }

    private static boolean isSequenceOfInteger(byte[] octets) {
        if (octets.length < 8 || octets[0] != SEQUENCE) {
            return false;
        }
        int lengthOctets = octets[1] < 0 ? octets[1] & 0x7F : 0;
        int content = 2 + lengthOctets;
        return content < octets.length && octets[content] == INTEGER;
    }

    private static byte[] element(int type, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream(length + 6);
        element.write(type);
        element.writeBytes(length(length));
        for (byte[] part : parts) {
            element.writeBytes(part);
        }
        return element.toByteArray();
    }

    /** The shortest form of a length, as DER wants it. */
    private static byte[] length(int length) {
        if (length < 0x80) {
            return new byte[] {(byte) length};
        }
        byte[] number = BigInteger.valueOf(length).toByteArray();
        int start = number[0] == 0 ? 1 : 0;
        byte[] octets = new byte[1 + number.length - start];
        octets[0] = (byte) (0x80 | (number.length - start));
        System.arraycopy(number, start, octets, 1, number.length - start);
        return octets;
    }
}
