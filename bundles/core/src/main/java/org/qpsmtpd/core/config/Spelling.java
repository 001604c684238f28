package org.qpsmtpd.core.config;

import java.util.Collection;
import java.util.Optional;

/** Finds the word that was meant by one that is not known. */
public final class Spelling {
    private Spelling() {}

    /** The word that was meant, when one is near. */
    public static Optional<String> nearest(String word, Collection<String> known) {
        return known.stream()
                .filter(name -> distance(word, name) <= 2)
                .min((a, b) -> Integer.compare(distance(word, a), distance(word, b)));
    }

    /** How many letters must be changed, added or left out to make one word of the other. */
    public static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
