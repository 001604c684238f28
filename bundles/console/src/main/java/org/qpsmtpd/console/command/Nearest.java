package org.qpsmtpd.console.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses what a mistyped word was meant to be. */
public final class Nearest {
    private static final int FARTHEST = 2;

    private Nearest() {}

    /** A question to put behind a message, or what there is when nothing is near. */
    public static String hint(String word, Collection<String> known) {
        return to(word, known)
                .map(name -> ", did you mean '" + name + "'?")
                .orElse(": there is " + String.join(", ", known));
    }

    /** The word that takes the fewest changes, if they are few. */
    public static Optional<String> to(String word, Collection<String> known) {
        int farthest = Math.min(FARTHEST, word.length() / 2);
        return known.stream()
                .filter(name -> distance(word, name) <= farthest)
                .min(Comparator.comparingInt(name -> distance(word, name)));
    }

    private static int distance(String a, String b) {
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
