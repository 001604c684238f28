package org.qpsmtpd.plugin.queue.postfixqueue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

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
            String name = text(Attributes::isOfName);
            if (name.isEmpty()) {
                return attributes;
            }
            attributes.putIfAbsent(name, text(octet -> true));
        }
        throw new IOException("cleanup sent too many attributes");
    }

    /** What greets in another protocol shows it soon, and need not be waited for. */
    private static boolean isOfName(int octet) {
        return octet == '_' || Character.isLetterOrDigit(octet);
    }

    private String text(IntPredicate allowed) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream(64);
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("cleanup closed the connection");
            }
            if (octet == 0) {
                return text.toString(StandardCharsets.ISO_8859_1);
            }
            if (!allowed.test(octet)) {
                throw new IOException("it does not speak as cleanup does");
            }
            if (text.size() == MAX_TEXT) {
                throw new IOException("cleanup sent an attribute too long");
            }
            text.write(octet);
        }
    }
}
