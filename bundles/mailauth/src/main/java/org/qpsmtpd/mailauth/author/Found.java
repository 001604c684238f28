package org.qpsmtpd.mailauth.author;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.qpsmtpd.mailauth.DomainName;

/** What was found in a field so far. */
final class Found {
    private final Set<String> domains = new LinkedHashSet<>();
    private boolean hasLiteral;
    private boolean hasEmptyGroup;
    private boolean hasWords;
    private boolean isBroken;

    Set<String> domains() {
        return domains;
    }

    /** What stands behind the {@code @} of an address. */
    void domain(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            hasLiteral = true;
            return;
        }
        Optional<String> name = DomainName.of(text).filter(Found::isHost);
        name.ifPresentOrElse(domains::add, () -> isBroken = true);
    }

    private static boolean isHost(String name) {
        return name.chars().allMatch(c -> isLetterOrDigit(c) || c == '-' || c == '_' || c == '.');
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    /** A group has begun: there may be no address in it. */
    void group() {
        hasEmptyGroup = true;
    }

    /** Words without an address, as those before a comma that should have been quoted. */
    void words() {
        hasWords = true;
    }

    /** Something that stands for an address and is none. */
    void broken() {
        isBroken = true;
    }

    /** Whether something is there that is no address; words do no harm beside one. */
    boolean isUnreadable() {
        boolean hasAddress = !domains.isEmpty() || hasLiteral;
        return isBroken || (!hasAddress && (hasWords || !hasEmptyGroup));
    }
}
