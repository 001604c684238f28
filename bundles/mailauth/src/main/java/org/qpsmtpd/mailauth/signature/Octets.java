package org.qpsmtpd.mailauth.signature;

import java.util.Arrays;

/** Octets that become more. For one thread. */
final class Octets {
    private byte[] array = new byte[2048];
    private int length;

    void add(int octet) {
        makeRoom(1);
        array[length] = (byte) octet;
        length++;
    }

    void add(byte[] octets, int offset, int count) {
        makeRoom(count);
        System.arraycopy(octets, offset, array, length, count);
        length += count;
    }

    private void makeRoom(int count) {
        if (length + count > array.length) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, length + count));
        }
    }

    /** The array that begins with them. */
    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }
}
