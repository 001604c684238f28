package org.qpsmtpd.plugin.rcptregexp;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.service.Patterns;

/**
 * A line of the file {@code rcpt_regexp}: {@code ADDRESS CODE [TEXT]} or {@code /EXPRESSION/ CODE
 * [TEXT]}.
 *
 * @param test whether it means an address
 * @param answer what the recipient gets
 */
record Rule(Predicate<Address> test, HookResult answer) {
    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Rule parse(String line, Patterns patterns) {
        boolean isExpression = line.startsWith("/");
        int end = isExpression ? endOfExpression(line) : endOfWord(line);
        String[] words = line.substring(end).strip().split("\\s+", 2);
        if (words[0].isEmpty()) {
            throw new IllegalArgumentException("'" + line + "' has no return code such as DENY");
        }
        String pattern = line.substring(0, end);
        Predicate<Address> test =
                isExpression
                        ? expression(pattern.substring(1, pattern.length() - 1), patterns)
                        : literal(pattern);
        Action action = action(words[0]);
        String text = action.refuses() && words.length == 2 ? words[1] : "";
        String verdict = (action.refuses() ? "fail: " : "pass: ") + action + " by " + pattern;
        return new Rule(test, HookResult.of(action, text).because(verdict));
    }

    /** Behind the first slash that a blank follows: others belong to the expression. */
    private static int endOfExpression(String line) {
        for (int i = 2; i < line.length(); i++) {
            boolean last = i + 1 == line.length() || Character.isWhitespace(line.charAt(i + 1));
            if (line.charAt(i) == '/' && line.charAt(i - 1) != '\\' && last) {
                return i + 1;
            }
        }
        throw new IllegalArgumentException("'" + line + "': the expression does not end in /");
    }

    private static int endOfWord(String line) {
        int end = 0;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        return end;
    }

    private static Predicate<Address> expression(String text, Patterns patterns) {
        Predicate<String> regex = patterns.compile(text, true);
        return address ->
                Hosts.spellings(address.host()).stream()
                        .anyMatch(host -> regex.test(address.comparableUser() + "@" + host));
    }

    private static Predicate<Address> literal(String text) {
        Address listed = Address.of(text);
        if (listed.host().isEmpty() || listed.user().isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is neither an address USER@HOST nor /EXPRESSION/");
        }
        String comparable = listed.comparable();
        return address -> comparable.equals(address.comparable());
    }

    private static Action action(String code) {
        String name = code.toUpperCase(Locale.ROOT);
        if (name.equals("DENYHARD")) {
            return Action.DENY_DISCONNECT;
        }
        List<String> known =
                List.of(
                        "OK",
                        "DECLINED",
                        "DENY",
                        "DENYSOFT",
                        "DENY_DISCONNECT",
                        "DENYSOFT_DISCONNECT");
        if (!known.contains(name)) {
            throw new IllegalArgumentException(
                    "'" + code + "' is not one of " + String.join(", ", known));
        }
        return Action.valueOf(name);
    }
}
