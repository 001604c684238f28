package org.qpsmtpd.core.client;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Numbers of rules by the networks that they are for, a node for each bit. */
final class NetworkTree {
    private static final int[] NONE = {};

    private final Node root = new Node();

    private static final class Node {
        private @Nullable Node zero;
        private @Nullable Node one;
        private int[] rules = NONE;

        @Nullable Node child(boolean bit) {
            return bit ? one : zero;
        }

        Node grown(boolean bit) {
            Node known = child(bit);
            if (known != null) {
                return known;
            }
            Node made = new Node();
            if (bit) {
                one = made;
            } else {
                zero = made;
            }
            return made;
        }

        void add(int rule) {
            rules = Arrays.copyOf(rules, rules.length + 1);
            rules[rules.length - 1] = rule;
        }
    }

    /** Adds a rule for all addresses; its number is above all that are there. */
    void add(int rule) {
        root.add(rule);
    }

    /** Adds a rule for a network; its number is above all that are there. */
    void add(byte[] octets, int prefix, int rule) {
        Node node = root;
        for (int bit = 0; bit < prefix; bit++) {
            node = node.grown(isSet(octets, bit));
        }
        node.add(rule);
    }

    private static boolean isSet(byte[] octets, int bit) {
        return (octets[bit / 8] & 0x80 >> bit % 8) != 0;
    }

    /** Begins to look up an address. */
    Walk walk(byte[] octets) {
        return new Walk(root, octets);
    }

    /** The rules of all networks that hold an address, the widest network first. */
    static final class Walk {
        private final byte[] octets;
        private @Nullable Node node;
        private int depth;
        private int at;

        private Walk(Node root, byte[] octets) {
            this.node = root;
            this.octets = octets;
        }

        /** The next one whose number is below a bound; -1 when there is none. */
        int next(int bound) {
            Node here = node;
            while (here != null) {
                if (at < here.rules.length && here.rules[at] < bound) {
                    return here.rules[at++];
                }
                here = depth < octets.length * 8 ? here.child(isSet(octets, depth)) : null;
                depth++;
                at = 0;
                node = here;
            }
            return -1;
        }
    }
}
