package org.qpsmtpd.plugin.uribl;

import java.util.Locale;
import org.qpsmtpd.api.dnslist.DnsList;
import org.qpsmtpd.api.plugin.Choice;

/**
 * A line of the file {@code uribl_zones}: {@code ZONE [MASK,...] [ACTION] [names]}.
 *
 * @param list which list
 * @param action what a hit leads to
 * @param hasAddresses whether addresses are looked up there, too
 */
record Zone(DnsList list, Act action, boolean hasAddresses) {
    /** All bits but those that are the same in each answer. */
    private static final int ALL = 0xFFFFFF;

    /** What a hit leads to. */
    enum Act {
        ADD_HEADER,
        DENY,
        DENYSOFT,
        LOG;

        static Act of(String word) {
            String name = word.replace('-', '_').toLowerCase(Locale.ROOT);
            return Choice.of(Act.class, "action", name);
        }
    }

    /**
     * Reads a line.
     *
     * @param usual what a line leads to that names no action
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Zone parse(String line, Act usual) {
        String[] words = line.strip().split("\\s+", -1);
        Act action = usual;
        int mask = 0;
        boolean hasAddresses = true;
        for (int i = 1; i < words.length; i++) {
            if (words[i].matches("[-,0-9]+")) {
                mask |= masks(words[i]);
            } else if (words[i].equalsIgnoreCase("names")) {
                hasAddresses = false;
            } else {
                action = Act.of(words[i]);
            }
        }
        return new Zone(list(words[0], mask), action, hasAddresses);
    }

    private static DnsList list(String word, int mask) {
        if (mask != 0 && word.indexOf('&') >= 0) {
            throw new IllegalArgumentException("'" + word + "' has a mask, and another follows it");
        }
        DnsList list = DnsList.parse(mask == 0 || mask == ALL ? word : word + "&" + dotted(mask));
        if (list.weight() != 1) {
            throw new IllegalArgumentException("'" + word + "': lists of hosts have no weights");
        }
        return list;
    }

    private static int masks(String text) {
        int masks = 0;
        for (String one : text.split(",", -1)) {
            if (!one.matches("-?[0-9]{1,9}")) {
                throw new IllegalArgumentException("'" + text + "' is not a mask such as 2,8");
            }
            int mask = Integer.parseInt(one);
            if (mask > ALL) {
                throw new IllegalArgumentException("the mask " + one + " is above " + ALL);
            }
            masks |= mask < 0 ? ALL : mask;
        }
        return masks;
    }

    private static String dotted(int mask) {
        return "0." + (mask >> 16) + "." + (mask >> 8 & 255) + "." + (mask & 255);
    }
}
