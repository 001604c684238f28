package org.qpsmtpd.api.dnslist;

import java.net.Inet4Address;
import java.util.List;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.net.Network;

/**
 * A list as a line of a configuration file names it. Immutable.
 *
 * <p>{@code ZONE[=CODE,...][&MASK][*WEIGHT][:TEXT]}; the text may also stand behind a blank. A code
 * is an address, a network, or a range such as {@code 127.0.0.4-7}; without codes any address in
 * 127.0.0.0/8 counts, but for 127.0.0.1, 127.0.0.255 and 127.255.255.0/24, by which lists refuse to
 * answer. Of the mask, a number for the last octet or an address, one bit must be set. A negative
 * weight makes a list of friends.
 */
public final class DnsList {
    private static final int MAX_WEIGHT = 1000;
    private static final String MARKS = "=&*";

    private final String zone;
    private final AnswerCodes codes;
    private final int weight;
    private final String text;

    private DnsList(String zone, AnswerCodes codes, int weight, String text) {
        this.zone = zone;
        this.codes = codes;
        this.weight = weight;
        this.text = text;
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static DnsList parse(String line) {
        int end = endOfHead(line);
        String head = line.substring(0, end);
        String text = end < line.length() ? line.substring(end + 1).strip() : "";
        String zone = head.substring(0, nextMark(head, 0));
        if (!Hosts.isHost(zone) || zone.startsWith("[")) {
            throw new IllegalArgumentException(
                    "'" + zone + "' is not a domain; write ZONE, or ZONE:TEXT");
        }
        List<Network> networks = List.of();
        int mask = 0;
        int weight = 1;
        for (int at = zone.length(); at < head.length(); ) {
            int next = nextMark(head, at + 1);
            String value = head.substring(at + 1, next);
            switch (head.charAt(at)) {
                case '=' -> networks = AnswerCodes.networks(value);
                case '&' -> mask = AnswerCodes.mask(value);
                default -> weight = weight(value);
            }
            at = next;
        }
        return new DnsList(Hosts.comparable(zone), new AnswerCodes(networks, mask), weight, text);
    }

    /** A view of a file of lists; a line that is none is left out. */
    public static ConfigView<List<DnsList>> view(String name) {
        return ConfigView.ofEntries(name, line -> parse(line.text()));
    }

    private static int endOfHead(String line) {
        int end = 0;
        while (end < line.length() && line.charAt(end) > ' ' && line.charAt(end) != ':') {
            end++;
        }
        return end;
    }

    private static int nextMark(String head, int from) {
        int at = from;
        while (at < head.length() && MARKS.indexOf(head.charAt(at)) < 0) {
            at++;
        }
        return at;
    }

    private static int weight(String text) {
        try {
            int weight = Integer.parseInt(text);
            if (weight != 0 && Math.abs(weight) <= MAX_WEIGHT) {
                return weight;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "the weight '"
                        + text
                        + "' is not a number from 1 to "
                        + MAX_WEIGHT
                        + ", or such a number below 0");
    }

    /** The domain below which the list is, in lower case without dot at the end. */
    public String zone() {
        return zone;
    }

    /** By how much a hit counts; 1 unless the line says another, negative for friends. */
    public int weight() {
        return weight;
    }

    /** What the line says a hit means; empty when it says nothing. */
    public String text() {
        return text;
    }

    /** Whether an address in an answer says that something is listed. */
    public boolean counts(Inet4Address answer) {
        return codes.count(answer);
    }

    /** The zone. */
    @Override
    public String toString() {
        return zone;
    }
}
