package org.qpsmtpd.core.sasl;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.Secret;

/**
 * Reads what a client sends with a token: lines that end in an octet 1, and one more at the end.
 */
final class BearerText {
    private static final Pattern TOKEN =
            Pattern.compile("Bearer +([A-Za-z0-9._~+/-]+=*) *", Pattern.CASE_INSENSITIVE);
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final String END = "\u0001";

    private BearerText() {}

    /** The message of OAUTHBEARER (RFC 7628 section 3.1); the token is empty when it has none. */
    static BearerToken oauthBearer(byte[] message) {
        String[] lines = lines(message);
        String[] header = lines[0].split(",", -1);
        boolean good =
                header.length == 3
                        && (header[0].equals("n") || header[0].equals("y"))
                        && header[2].isEmpty()
                        && (header[1].isEmpty() || header[1].startsWith("a="));
        if (!good) {
            throw new IllegalArgumentException("not a message of OAUTHBEARER");
        }
        String user = header[1].isEmpty() ? "" : header[1].substring(2);
        String port = value(lines, "port");
        return new BearerToken(
                "OAUTHBEARER",
                name(user.replace("=2C", ",").replace("=3D", "=")),
                token(value(lines, "auth")),
                value(lines, "host"),
                PORT.matcher(port).matches() ? Integer.parseInt(port) : 0);
    }

    /** The message of XOAUTH2. */
    static BearerToken xoauth2(byte[] message) {
        String[] lines = lines(message);
        String user = name(value(lines, "user"));
        if (user.isEmpty()) {
            throw new IllegalArgumentException("no user");
        }
        return new BearerToken("XOAUTH2", user, token(value(lines, "auth")), "", 0);
    }

    private static String[] lines(byte[] message) {
        Optional<String> text = ClientText.text(message, 0, message.length);
        if (text.isEmpty() || !text.get().endsWith(END + END)) {
            throw new IllegalArgumentException("a message without its end");
        }
        return text.get().split(END, -1);
    }

    private static String value(String[] lines, String key) {
        String start = key + "=";
        return Arrays.stream(lines)
                .filter(line -> line.startsWith(start))
                .findFirst()
                .map(line -> line.substring(start.length()))
                .orElse("");
    }

    private static String name(String text) {
        return ClientText.name(text).orElseThrow(() -> new IllegalArgumentException("not a name"));
    }

    private static Secret token(String value) {
        var form = TOKEN.matcher(value);
        if (!value.isEmpty() && !form.matches()) {
            throw new IllegalArgumentException("not a bearer token");
        }
        return Secret.of(value.isEmpty() ? "" : form.group(1));
    }
}
