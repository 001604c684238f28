package org.qpsmtpd.plugin.hostsallow;

import java.util.Optional;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.net.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line of the file {@code hosts_allow}: {@code NETWORK CODE [TEXT]}.
 *
 * @param network which clients it is for
 * @param answer what they get, with the reason for the log
 */
record Rule(Network network, HookResult answer) {
    private static final Logger LOG = LoggerFactory.getLogger(Rule.class);

    /**
     * Reads a line; an unknown code is logged and read as DECLINED.
     *
     * @throws IllegalArgumentException when there is no network or no code
     */
    static Rule parse(ConfigLine line) {
        return parse(line.text(), line.place());
    }

    /**
     * Looks at a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static void check(String text) {
        var unused = parse(text, "");
        String code = text.split("\\s+", 3)[1];
        if (action(code).isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + code + "' is not a return code such as DENY, it is read as DECLINED");
        }
    }

    /**
     * @param place for the log; empty for nothing to be logged
     */
    private static Rule parse(String text, String place) {
        String[] words = text.split("\\s+", 3);
        if (words.length < 2) {
            throw new IllegalArgumentException("a return code such as DENY is missing");
        }
        Network network = Network.parse(words[0]);
        Optional<Action> code = action(words[1]);
        if (code.isEmpty() && !place.isEmpty()) {
            LOG.warn("{}: '{}' is not a return code, read as DECLINED", place, words[1]);
        }
        Action action = code.orElse(Action.DECLINED);
        String reason = words.length == 3 ? words[2] : "";
        String verdict = (action.refuses() ? "fail: " : "pass: ") + words[0] + " " + action;
        return new Rule(network, HookResult.of(action, reason).because(verdict));
    }

    private static Optional<Action> action(String code) {
        if (code.equalsIgnoreCase("DENYHARD")) {
            return Optional.of(Action.DENY_DISCONNECT);
        }
        if (code.equalsIgnoreCase("DONE")) {
            return Optional.of(Action.OK); // at this hook they say the same
        }
        for (Action action : Action.values()) {
            if (action.name().equalsIgnoreCase(code)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }
}
