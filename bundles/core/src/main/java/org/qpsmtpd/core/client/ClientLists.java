package org.qpsmtpd.core.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Network;

/**
 * Which client has which plugin list: that of the first rule that holds, else the usual one.
 * Immutable. The networks are looked up bit by bit, however many there are.
 */
public final class ClientLists {
    /** The list of all clients where nothing else is said. */
    public static final String USUAL = "plugins";

    /** One list for all. */
    public static final ClientLists ONE = new ClientLists(List.of(), USUAL);

    private final List<ClientRule> rules;
    private final List<String> names;
    private final int[] lists;
    private final NetworkTree ipv4 = new NetworkTree();
    private final NetworkTree ipv6 = new NetworkTree();

    /**
     * @param rules in the order in which they are tried
     * @param usual the list of clients that no rule is for
     */
    public ClientLists(List<ClientRule> rules, String usual) {
        this.rules = List.copyOf(rules);
        Set<String> all = new LinkedHashSet<>(List.of(usual));
        this.rules.forEach(rule -> all.add(rule.list()));
        names = List.copyOf(all);
        List<String> order = new ArrayList<>(all);
        lists = this.rules.stream().mapToInt(rule -> order.indexOf(rule.list())).toArray();
        for (int at = 0; at < lists.length; at++) {
            add(at, this.rules.get(at).network());
        }
    }

    private void add(int rule, @Nullable Network network) {
        if (network == null) {
            ipv4.add(rule);
            ipv6.add(rule);
            return;
        }
        byte[] octets = network.address().getAddress();
        (octets.length == 4 ? ipv4 : ipv6).add(octets, network.prefix(), rule);
    }

    /** The rules in their order. */
    public List<ClientRule> rules() {
        return rules;
    }

    /** The names of the lists; the usual one is the first. */
    public List<String> names() {
        return names;
    }

    /**
     * The place of a client's list in {@link #names}.
     *
     * @param port the port of ours that it came to
     * @param encrypted whether the connection is under TLS
     * @param authenticated whether the client has said who it is
     */
    public int of(InetAddress client, int port, boolean encrypted, boolean authenticated) {
        if (lists.length == 0) {
            return 0;
        }
        byte[] octets = client.getAddress();
        NetworkTree tree = octets.length == 4 ? ipv4 : ipv6;
        int first = lists.length;
        NetworkTree.Walk walk = tree.walk(octets);
        for (int rule = walk.next(first); rule >= 0; rule = walk.next(first)) {
            if (rules.get(rule).isFor(port, encrypted, authenticated)) {
                first = rule;
            }
        }
        return first == lists.length ? 0 : lists[first];
    }
}
