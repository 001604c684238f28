package org.qpsmtpd.core.sasl;

import java.util.Optional;

/**
 * The first message of a client (RFC 5802 section 7).
 *
 * @param header what stands before the bare message, to be repeated by the client
 * @param bare the message without it
 * @param flag {@code n}, {@code y} or {@code p}
 * @param binding the type of channel binding; empty without
 * @param actsFor whose rights the client wants; empty for its own
 * @param user prepared; may be empty
 * @param nonce the client's part of the nonce
 */
record ScramStart(
        String header,
        String bare,
        char flag,
        String binding,
        String actsFor,
        String user,
        String nonce) {
    private static final int LONGEST = 2048;
    private static final int LONGEST_NONCE = 256;

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException when it is none
     */
    static ScramStart read(byte[] message) {
        String text = text(message);
        String[] parts = text.split(",", -1);
        if (parts.length < 4 || parts[0].isEmpty()) {
            throw new IllegalArgumentException("not a first message of SCRAM");
        }
        char flag = parts[0].charAt(0);
        boolean flags = flag == 'p' ? parts[0].startsWith("p=") : parts[0].length() == 1;
        if ("nyp".indexOf(flag) < 0 || !flags) {
            throw new IllegalArgumentException("no flag of channel binding");
        }
        String actsFor = parts[1].isEmpty() ? "" : name(parts[1], "a=");
        String header = parts[0] + "," + parts[1] + ",";
        return new ScramStart(
                header,
                text.substring(header.length()),
                flag,
                flag == 'p' ? parts[0].substring(2) : "",
                actsFor,
                name(parts[2], "n="),
                nonce(parts[3]));
    }

    /**
     * The text of a message.
     *
     * @throws IllegalArgumentException when it is none, or too long
     */
    static String text(byte[] message) {
        Optional<String> text =
                message.length > LONGEST
                        ? Optional.empty()
                        : ClientText.text(message, 0, message.length);
        return text.orElseThrow(() -> new IllegalArgumentException("not a message of SCRAM"));
    }

    private static String name(String attribute, String start) {
        if (!attribute.startsWith(start)) {
            throw new IllegalArgumentException("'" + start + "' is missing");
        }
        String escaped = attribute.substring(start.length());
        String rest = escaped.replace("=2C", "").replace("=3D", "");
        if (rest.indexOf('=') >= 0) {
            throw new IllegalArgumentException("a name with a bad escape");
        }
        return ClientText.name(escaped.replace("=2C", ",").replace("=3D", "="))
                .orElseThrow(() -> new IllegalArgumentException("not a name"));
    }

    private static String nonce(String attribute) {
        boolean good =
                attribute.startsWith("r=")
                        && attribute.length() > 2
                        && attribute.length() <= LONGEST_NONCE
                        && attribute.chars().allMatch(c -> c > 32 && c < 127);
        if (!good) {
            throw new IllegalArgumentException("not a nonce");
        }
        return attribute.substring(2);
    }
}
