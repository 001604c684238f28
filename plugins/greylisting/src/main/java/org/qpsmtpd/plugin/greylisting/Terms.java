package org.qpsmtpd.plugin.greylisting;

import java.time.Duration;
import java.util.Locale;

/**
 * What one recipient's settings may change.
 *
 * @param remoteIp whether the client's address is part of the key
 * @param sender whether the sender is
 * @param recipient whether the recipient is
 * @param black seconds in which all is deferred
 * @param grey seconds within which the sender must come again; 0 for as long as white
 * @param white seconds after which a sender is unknown again
 * @param rejects false when only the entries are kept
 */
record Terms(
        boolean remoteIp,
        boolean sender,
        boolean recipient,
        long black,
        long grey,
        long white,
        boolean rejects) {
    private static final long TEN_YEARS = Duration.ofDays(3650).toSeconds();

    /** Checks the times. */
    Terms {
        if (white < 1 || black >= greyOr(grey, white)) {
            throw new IllegalArgumentException(
                    "black_timeout "
                            + black
                            + " is not less than grey_timeout and white_timeout: nobody could come"
                            + " in time");
        }
    }

    private static long greyOr(long grey, long white) {
        return grey == 0 ? white : Math.min(grey, white);
    }

    static Terms of(GreylistingConfig config) {
        return new Terms(
                config.remote__ip(),
                config.sender(),
                config.recipient(),
                config.black__timeout(),
                config.grey__timeout(),
                config.white__timeout(),
                true);
    }

    /** For how long an entry is kept whose sender has not come again. */
    long greyLife() {
        return greyOr(grey, white);
    }

    /**
     * The same with what a line {@code NAME VALUE} of the file {@code denysoft_greylist} says.
     *
     * @throws IllegalArgumentException saying what is wrong with the line
     */
    Terms with(String line) {
        String[] words = line.split("\\s+", 2);
        String name = words[0].toLowerCase(Locale.ROOT).replace('-', '_');
        String value = words.length < 2 ? "" : words[1];
        return switch (name) {
            case "remote_ip" ->
                    new Terms(flag(value), sender, recipient, black, grey, white, rejects);
            case "sender" ->
                    new Terms(remoteIp, flag(value), recipient, black, grey, white, rejects);
            case "recipient" ->
                    new Terms(remoteIp, sender, flag(value), black, grey, white, rejects);
            case "black_timeout" ->
                    new Terms(remoteIp, sender, recipient, seconds(value), grey, white, rejects);
            case "grey_timeout" ->
                    new Terms(remoteIp, sender, recipient, black, seconds(value), white, rejects);
            case "white_timeout" ->
                    new Terms(remoteIp, sender, recipient, black, grey, seconds(value), rejects);
            case "reject" ->
                    new Terms(remoteIp, sender, recipient, black, grey, white, flag(value));
            default ->
                    throw new IllegalArgumentException(
                            "'"
                                    + name
                                    + "' is not one of remote_ip, sender, recipient, black_timeout,"
                                    + " grey_timeout, white_timeout, reject");
        };
    }

    private static boolean flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "yes", "true", "on" -> true;
            case "0", "no", "false", "off" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is not 0 or 1");
        };
    }

    private static long seconds(String text) {
        boolean isNumber =
                !text.isEmpty()
                        && text.length() <= 9
                        && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isNumber || Long.parseLong(text) > TEN_YEARS) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a number of seconds up to " + TEN_YEARS);
        }
        return Long.parseLong(text);
    }
}
