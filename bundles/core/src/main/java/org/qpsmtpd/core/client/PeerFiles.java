package org.qpsmtpd.core.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.net.Network;

/**
 * The files of {@code config/peers}, a plugin list each: one whose name is the beginning of an
 * address, in whole octets, is for the clients there; {@code local} is for clients after AUTH,
 * {@code 0} for all others.
 *
 * <p>Source: SME Server, plugin {@code peers}.
 */
public final class PeerFiles {
    /** The folder, and the line in {@code config/plugins} that has its lists used. */
    public static final String FOLDER = "peers";

    private static final String USERS = "local";
    private static final String OTHERS = "0";

    private PeerFiles() {}

    /** The list of clients that no file is for. */
    public static String usual() {
        return list(OTHERS);
    }

    private static String list(String file) {
        return FOLDER + "/" + file;
    }

    /** The rules that the files stand for: users first, then the smallest network. */
    public static List<ClientRule> rules(List<String> files) {
        List<ClientRule> rules = new ArrayList<>();
        for (String file : files) {
            network(file).ifPresent(found -> rules.add(ClientRule.of(found, list(file))));
        }
        rules.sort(
                Comparator.comparingInt((ClientRule rule) -> -prefix(rule))
                        .thenComparing(ClientRule::list));
        if (files.contains(USERS)) {
            rules.add(0, ClientRule.ofUsers(list(USERS)));
        }
        return rules;
    }

    private static int prefix(ClientRule rule) {
        Network network = rule.network();
        return network == null ? 0 : network.prefix();
    }

    /** Whether a file is a plugin list, or a copy that an editor left behind. */
    public static boolean isKnown(String file) {
        return file.equals(OTHERS)
                || file.equals(USERS)
                || file.endsWith("~")
                || network(file).isPresent();
    }

    /**
     * The clients that a file is for by its name; absent when that is no address or part of one.
     */
    static Optional<Network> network(String file) {
        if (file.equals(OTHERS)) {
            return Optional.empty();
        }
        Optional<InetAddress> whole = Network.address(file);
        if (whole.isPresent()) {
            InetAddress address = whole.get();
            return Optional.of(new Network(address, address.getAddress().length * 8));
        }
        return file.indexOf(':') < 0 ? parts(file, "[.]", 10, 1, 4) : parts(file, ":", 16, 2, 16);
    }

    /**
     * @param radix of the parts' numbers
     * @param width octets of a part
     * @param length octets of an address
     */
    private static Optional<Network> parts(
            String file, String separator, int radix, int width, int length) {
        String[] parts = file.split(separator, -1);
        if (parts.length * width >= length) {
            return Optional.empty();
        }
        byte[] octets = new byte[length];
        for (int at = 0; at < parts.length; at++) {
            int number = number(parts[at], radix, width == 1 ? 0xFF : 0xFFFF);
            if (number < 0) {
                return Optional.empty();
            }
            octets[at * width + width - 1] = (byte) number;
            if (width == 2) {
                octets[at * width] = (byte) (number >> 8);
            }
        }
        return Optional.of(new Network(address(octets), parts.length * width * 8));
    }

    /** A number in digits of ASCII; -1 when it is none, or too large. */
    private static int number(String text, int radix, int most) {
        boolean digits =
                !text.isEmpty()
                        && text.length() <= 4
                        && text.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0);
        int number = digits ? Integer.parseInt(text, radix) : -1;
        return number <= most ? number : -1;
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(Arrays.copyOf(octets, octets.length));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 octets are an address", e);
        }
    }
}
