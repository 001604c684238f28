package org.qpsmtpd.plugin.auth.authimap;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qpsmtpd.api.auth.Secret;

/**
 * A command that gives name and password, in parts: each but the first goes when the server asks
 * for it. Wiped when the attempt is over.
 *
 * @param name for the log
 * @param parts at least one
 */
record LoginCommand(String name, List<byte[]> parts) {
    private static final int LONGEST_QUOTED = 1000;
    private static final byte[] LINE_END = {'\r', '\n'};

    /**
     * The one that a server takes: AUTHENTICATE PLAIN (RFC 4616) when it can that, else LOGIN.
     *
     * @param can what the server says that it can
     * @return absent when it takes neither
     */
    static Optional<LoginCommand> of(String tag, Set<String> can, String user, Secret password) {
        byte[] secret = password.octets();
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        try {
            if (can.contains("AUTH=PLAIN")) {
                return Optional.of(plain(tag, can.contains("SASL-IR"), name, secret));
            }
            return can.contains("LOGINDISABLED")
                    ? Optional.empty()
                    : Optional.of(login(tag, name, secret));
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Whether a name or a password can stand in a command: without NUL and ends of lines. */
    static boolean canSay(String user, Secret password) {
        byte[] secret = password.octets();
        try {
            return isSayable(secret) && isSayable(user.getBytes(StandardCharsets.UTF_8));
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static boolean isSayable(byte[] octets) {
        for (byte octet : octets) {
            if (octet == 0 || octet == '\r' || octet == '\n') {
                return false;
            }
        }
        return octets.length > 0;
    }

    private static LoginCommand plain(String tag, boolean atOnce, byte[] name, byte[] secret) {
        byte[] message = joined(new byte[1], name, new byte[1], secret);
        byte[] base64 = Base64.getEncoder().encode(message);
        Arrays.fill(message, (byte) 0);
        byte[] command = ascii(tag + " AUTHENTICATE PLAIN");
        List<byte[]> parts =
                atOnce
                        ? List.of(joined(command, new byte[] {' '}, base64, LINE_END))
                        : List.of(joined(command, LINE_END), joined(base64, LINE_END));
        Arrays.fill(base64, (byte) 0);
        return new LoginCommand("AUTHENTICATE PLAIN", parts);
    }

    private static LoginCommand login(String tag, byte[] name, byte[] secret) {
        List<byte[]> parts = new ArrayList<>();
        byte[] rest = argument(ascii(tag + " LOGIN "), name, parts);
        rest = argument(joined(rest, new byte[] {' '}), secret, parts);
        parts.add(joined(rest, LINE_END));
        Arrays.fill(rest, (byte) 0);
        return new LoginCommand("LOGIN", parts);
    }

    /**
     * Adds an argument: in quotation marks, or behind its length when not all may stand there.
     *
     * @param before what stands before it in its part
     * @param parts gets the part that ends with its length
     * @return the part that it stands in
     */
    private static byte[] argument(byte[] before, byte[] value, List<byte[]> parts) {
        if (!isQuotable(value)) {
            parts.add(joined(before, ascii("{" + value.length + "}"), LINE_END));
            return value.clone();
        }
        byte[] quoted = new byte[value.length * 2 + 2];
        int length = 0;
        quoted[length++] = '"';
        for (byte octet : value) {
            if (octet == '"' || octet == '\\') {
                quoted[length++] = '\\';
            }
            quoted[length++] = octet;
        }
        quoted[length++] = '"';
        byte[] all = joined(before, Arrays.copyOf(quoted, length));
        Arrays.fill(quoted, (byte) 0);
        return all;
    }

    private static boolean isQuotable(byte[] octets) {
        for (byte octet : octets) {
            if (octet < ' ' || octet == 127) {
                return false;
            }
        }
        return octets.length <= LONGEST_QUOTED;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] joined(byte[]... pieces) {
        ByteBuffer all = ByteBuffer.allocate(Arrays.stream(pieces).mapToInt(p -> p.length).sum());
        for (byte[] piece : pieces) {
            all.put(piece);
        }
        return all.array();
    }

    /** Overwrites it. */
    void wipe() {
        parts.forEach(part -> Arrays.fill(part, (byte) 0));
    }

    @Override
    public String toString() {
        return name + " ***";
    }
}
