package org.qpsmtpd.testkit;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.qpsmtpd.api.service.Patterns;

/**
 * Expressions matched by the JDK. What the server's own engine does not know, back references and
 * look-around, is refused here too. Safe for use by several threads.
 */
public final class FakePatterns implements Patterns {
    private static final Pattern BEYOND_LINEAR =
            Pattern.compile(
                    "(?<!\\\\)(\\\\\\\\)*(\\\\[1-9]|\\\\k<|\\(\\?<?[=!]|\\(\\?>|[*+?}]\\+)");

    @Override
    public Predicate<String> compile(String regex, boolean ignoreCase) {
        if (BEYOND_LINEAR.matcher(regex).find()) {
            throw new IllegalArgumentException(
                    "'" + regex + "' has a back reference, look-around or possessive quantifier");
        }
        int caseless = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
        return Pattern.compile(regex, ignoreCase ? caseless : 0).asPredicate();
    }
}
