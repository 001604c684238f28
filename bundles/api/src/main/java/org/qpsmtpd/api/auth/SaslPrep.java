package org.qpsmtpd.api.auth;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Prepares names and passwords (RFC 4013), so that what looks the same is the same. Characters that
 * are younger than the RFC are taken as they are.
 */
public final class SaslPrep {
    private SaslPrep() {}

    /** The text prepared; absent when a character in it is forbidden. */
    public static Optional<String> prepare(String text) {
        if (text.chars().allMatch(SaslPrep::isPlain)) {
            return Optional.of(text);
        }
        StringBuilder mapped = new StringBuilder(text.length());
        text.codePoints()
                .filter(point -> !isMappedToNothing(point))
                .map(point -> isOtherSpace(point) ? ' ' : point)
                .forEach(mapped::appendCodePoint);
        String prepared = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
        boolean good = prepared.codePoints().noneMatch(SaslPrep::isForbidden) && isOneWay(prepared);
        return good ? Optional.of(prepared) : Optional.empty();
    }

    /** The same for a secret; one of printable ASCII makes no text of it on the way. */
    public static Optional<Secret> prepare(Secret secret) {
        char[] characters = secret.characters();
        try {
            for (char c : characters) {
                if (!isPlain(c)) {
                    return prepare(new String(characters)).map(Secret::of);
                }
            }
            return Optional.of(Secret.of(characters));
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    private static boolean isPlain(int c) {
        return c >= 32 && c < 127;
    }

    /** RFC 3454, table B.1. */
    private static boolean isMappedToNothing(int point) {
        return point == 0xAD
                || point == 0x34F
                || point == 0x1806
                || (point >= 0x180B && point <= 0x180D)
                || (point >= 0x200B && point <= 0x200D)
                || point == 0x2060
                || (point >= 0xFE00 && point <= 0xFE0F)
                || point == 0xFEFF;
    }

    /** RFC 3454, table C.1.2, but for what table B.1 has. */
    private static boolean isOtherSpace(int point) {
        return point != ' ' && Character.getType(point) == Character.SPACE_SEPARATOR;
    }

    /** RFC 3454, tables C.2.1 to C.9. */
    private static boolean isForbidden(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            case Character.FORMAT -> true;
            default ->
                    (point & 0xFFFE) == 0xFFFE
                            || (point >= 0xFDD0 && point <= 0xFDEF)
                            || (point >= 0xFFF9 && point <= 0xFFFD)
                            || (point >= 0x2FF0 && point <= 0x2FFB)
                            || point == 0x340
                            || point == 0x341;
        };
    }

    /** RFC 3454 section 6. */
    private static boolean isOneWay(String text) {
        boolean rightToLeft = text.codePoints().anyMatch(SaslPrep::isRightToLeft);
        return !rightToLeft
                || (text.codePoints().noneMatch(SaslPrep::isLeftToRight)
                        && isRightToLeft(text.codePointAt(0))
                        && isRightToLeft(text.codePointBefore(text.length())));
    }

    private static boolean isRightToLeft(int point) {
        byte way = Character.getDirectionality(point);
        return way == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || way == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }

    private static boolean isLeftToRight(int point) {
        return Character.getDirectionality(point) == Character.DIRECTIONALITY_LEFT_TO_RIGHT;
    }
}
