package org.qpsmtpd.plugin.rcptcallout;

/**
 * Where a next hop is.
 *
 * @param host name, or address without brackets
 * @param port 1 to 65535
 */
record HopAddress(String host, int port) {
    private static final int HIGHEST_PORT = 65_535;
    private static final int SMTP = 25;

    /**
     * Reads the setting {@code host}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static HopAddress of(String text, int port) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String host = bracketed ? text.substring(1, text.length() - 1) : text;
        int colon = host.indexOf(':');
        if (!bracketed && colon > 0 && colon == host.lastIndexOf(':')) {
            throw new IllegalArgumentException(
                    "host '"
                            + text
                            + "' has a colon; the port is the second word: "
                            + host.replace(':', ' '));
        }
        if (!isHost(host)) {
            throw new IllegalArgumentException(
                    "host '" + text + "' is neither a host name nor an address");
        }
        return new HopAddress(host, port);
    }

    /**
     * Reads {@code HOST[:PORT]}, with an IPv6 address in brackets.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static HopAddress parse(String text) {
        int end = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
        String host = end <= 0 ? text : text.substring(0, end);
        String rest = end <= 0 ? "" : text.substring(end);
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        boolean good =
                isHost(plain)
                        && (host.startsWith("[") || plain.indexOf(':') < 0)
                        && (rest.isEmpty() || rest.matches(":[0-9]{1,5}"));
        int port = good && !rest.isEmpty() ? Integer.parseInt(rest.substring(1)) : SMTP;
        if (!good || port < 1 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("'" + text + "' is not HOST or HOST:PORT");
        }
        return new HopAddress(plain, port);
    }

    private static boolean isHost(String text) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(
                                c ->
                                        c < 127
                                                && (Character.isLetterOrDigit(c)
                                                        || ".-_:%".indexOf(c) >= 0));
    }

    /** {@code HOST:PORT}. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
