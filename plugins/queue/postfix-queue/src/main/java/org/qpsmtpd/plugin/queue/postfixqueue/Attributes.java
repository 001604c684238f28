package org.qpsmtpd.plugin.queue.postfixqueue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads a list of attributes: name NUL value NUL for each, and a NUL; all of it bounded. */
final class Attributes {
    private static final int MAX_TEXT = 4096;
    private static final int MAX_COUNT = 32;

    private final InputStream in;

    /**
     * @param in gives octets one by one without much cost
     */
    Attributes(InputStream in) {
        this.in = in;
    }

    /**
     * Reads one list.
     *
     * @return name to value, an octet a character
     * @throws IOException also when it is no such list
     */
    Map<String, String> read() throws IOException {
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < MAX_COUNT; i++) {
            String name = text();
            if (name.isEmpty()) {
                return attributes;
            }
            attributes.putIfAbsent(name, text());
        }
        throw new IOException("cleanup sent too many attributes");
    }

    private String text() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream(64);
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("cleanup closed the connection");
            }
            if (octet == 0) {
                return text.toString(StandardCharsets.ISO_8859_1);
            }
            if (text.size() == MAX_TEXT) {
                throw new IOException("cleanup sent an attribute too long");
            }
            text.write(octet);
        }
    }
}
