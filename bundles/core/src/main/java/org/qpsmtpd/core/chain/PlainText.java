package org.qpsmtpd.core.chain;

import java.util.Optional;

/** Text that may stand where only printable ASCII is allowed. */
final class PlainText {
    private PlainText() {}

    /** Names the first character that is neither printable ASCII nor a tab. */
    static Optional<String> oddCharacter(String text) {
        return text.codePoints()
                .filter(c -> (c < ' ' && c != '\t') || c > '~')
                .mapToObj(PlainText::described)
                .findFirst();
    }

    private static String described(int character) {
        if (character == 0xFFFD) {
            return "has octets that are no UTF-8";
        }
        String kind = Character.isISOControl(character) ? "control character" : "character";
        return String.format("has the %s U+%04X", kind, character);
    }
}
