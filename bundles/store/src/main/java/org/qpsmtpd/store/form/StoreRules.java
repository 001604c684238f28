package org.qpsmtpd.store.form;

import java.time.Duration;
import org.qpsmtpd.api.service.Store;

/** What names, keys, values and lives may be; the same in each form. */
public final class StoreRules {
    /** Most characters of a store's name. */
    public static final int LONGEST_NAME = 64;

    /** Most octets of a key. */
    public static final int LONGEST_KEY = Store.LONGEST_KEY;

    /** Most octets of a value. */
    public static final int LONGEST_VALUE = 65_535;

    private StoreRules() {}

    /** Whether a store can have that name. */
    public static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars().allMatch(StoreRules::isNameCharacter);
    }

    /**
     * The name, if a store can have it.
     *
     * @throws IllegalArgumentException when it cannot
     */
    public static String name(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "the name of a store is not 1 to 64 letters, digits, _ and -");
        }
        return name;
    }

    /**
     * The octets of a key in UTF-8.
     *
     * @throws IllegalArgumentException when there are none, or more than 512
     */
    public static int key(String key) {
        int octets = octets(key);
        if (octets == 0 || octets > LONGEST_KEY) {
            throw new IllegalArgumentException(
                    "a key has 1 to " + LONGEST_KEY + " octets, not " + octets);
        }
        return octets;
    }

    /**
     * The octets of a value in UTF-8.
     *
     * @throws IllegalArgumentException when there are more than 65,535
     */
    public static int value(String value) {
        int octets = octets(value);
        if (octets > LONGEST_VALUE) {
            throw new IllegalArgumentException(
                    "a value has at most " + LONGEST_VALUE + " octets, not " + octets);
        }
        return octets;
    }

    /**
     * The milliseconds of a life: at least one, and those of {@link Store#FOR_EVER} at most.
     *
     * @throws IllegalArgumentException when the life is not more than zero
     */
    public static long millis(Duration life) {
        if (life.isZero() || life.isNegative()) {
            throw new IllegalArgumentException("a life of " + life + " is not more than zero");
        }
        return life.compareTo(Store.FOR_EVER) > 0
                ? Store.FOR_EVER.toMillis()
                : Math.max(1, life.toMillis());
    }

    /** The number that a value is for {@link Store#add}: 0 when it is none. */
    public static long number(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** A sum within the range of a long. */
    public static long sum(long number, long amount) {
        long sum = number + amount;
        boolean isOutside = ((number ^ sum) & (amount ^ sum)) < 0;
        if (!isOutside) {
            return sum;
        }
        return amount < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    private static int octets(String text) {
        int octets = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isHalf = Character.isSurrogate(c);
            octets += c < 0x80 ? 1 : c < 0x800 || isHalf ? 2 : 3;
        }
        return octets;
    }

    private static boolean isNameCharacter(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-');
    }
}
