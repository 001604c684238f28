package org.qpsmtpd.plugin.mtahooks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.util.Base64;
import org.qpsmtpd.api.peer.Opener;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.session.MessageBody;
import org.qpsmtpd.http.Json;

/** A message as the inside of a text of JSON, which is made while it is sent. */
final class Contents {
    private static final int CHARACTERS = 8_192;
    private static final int BASE64_IN = 3;
    private static final int BASE64_OUT = 4;
    private static final int OCTETS = BASE64_IN * CHARACTERS;
    private static final int EMPTY_LINE = 2;

    private Contents() {}

    /**
     * The body, without the empty line before it; octets that are no UTF-8 become U+FFFD. Reads it
     * once, for its length.
     *
     * @throws IOException when it cannot be read
     */
    static Outgoing text(MessageBody body) throws IOException {
        long skipped = Math.min(EMPTY_LINE, body.size() - body.bodyStart());
        Opener opener = () -> text(body.openBody(), skipped);
        long size;
        try (InputStream in = opener.open()) {
            size = in.transferTo(OutputStream.nullOutputStream());
        }
        return new Outgoing.Part(size, !body.inMemory(), opener);
    }

    private static InputStream text(InputStream body, long skipped) throws IOException {
        body.skipNBytes(skipped);
        Reader reader = new InputStreamReader(body, UTF_8);
        char[] characters = new char[CHARACTERS];
        return new PieceStream(() -> escaped(reader, characters), body);
    }

    private static byte[] escaped(Reader reader, char[] into) throws IOException {
        int count = reader.read(into, 0, into.length - 1);
        if (count < 0) {
            return new byte[0];
        }
        if (Character.isHighSurrogate(into[count - 1])) {
            into[count++] = (char) reader.read();
        }
        String quoted = Json.write(new String(into, 0, count));
        return quoted.substring(1, quoted.length() - 1).getBytes(UTF_8);
    }

    /** Octets in base64, without line ends. */
    static Outgoing base64(Outgoing octets) {
        long size = (octets.size() + BASE64_IN - 1) / BASE64_IN * BASE64_OUT;
        return new Outgoing.Part(size, octets.waits(), () -> base64(octets.open()));
    }

    private static InputStream base64(InputStream octets) {
        return new PieceStream(() -> Base64.getEncoder().encode(octets.readNBytes(OCTETS)), octets);
    }
}
