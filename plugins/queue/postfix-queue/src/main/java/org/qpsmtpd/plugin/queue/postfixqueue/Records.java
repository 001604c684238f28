package org.qpsmtpd.plugin.queue.postfixqueue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes records of Postfix's queue files: a letter, the length in groups of 7 bits, the data. */
final class Records {
    private final OutputStream out;

    Records(OutputStream out) {
        this.out = out;
    }

    void put(char type, String text) throws IOException {
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        put(type, data, data.length);
    }

    void put(char type, byte[] data, int length) throws IOException {
        out.write(type);
        int rest = length;
        while (rest > 0x7F) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        out.write(data, 0, length);
    }
}
