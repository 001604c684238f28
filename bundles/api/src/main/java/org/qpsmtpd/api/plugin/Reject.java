package org.qpsmtpd.api.plugin;

import java.util.Locale;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;

/**
 * Turns a fault that a plugin found into its answer, as the settings {@code reject} and {@code
 * reject_type} say. Immutable.
 *
 * @param mode what to do about a fault
 * @param type how to refuse: one of the four refusing actions
 * @param typeGiven whether the type was configured; otherwise the plugin naughty uses its own
 */
public record Reject(Mode mode, Action type, boolean typeGiven) {
    /** What the setting {@code reject} may say. */
    public enum Mode {
        /** Only log the fault ({@code reject 0}). */
        TOLERATE,
        /** Refuse at once ({@code reject 1}). */
        REFUSE,
        /** Leave the refusal to the plugin naughty ({@code reject naughty}). */
        DEFER
    }

    /** Checks that the type refuses. */
    public Reject {
        if (!type.refuses()) {
            throw new IllegalArgumentException("reject type " + type + " does not refuse");
        }
    }

    /**
     * Reads the settings, with DENY as the type when none is given.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    public static Reject of(RejectSettings settings) {
        return of(settings, Action.DENY);
    }

    /**
     * Reads the settings.
     *
     * @param defaultType the type when {@code reject_type} is not given
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    public static Reject of(RejectSettings settings, Action defaultType) {
        return of(settings.reject(), settings.reject__type(), defaultType);
    }

    /**
     * Reads the settings of a plugin that declares them with defaults of its own.
     *
     * @param mode value of {@code reject}
     * @param type value of {@code reject_type}; empty when it is not given
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    public static Reject of(String mode, String type, Action defaultType) {
        return new Reject(parseMode(mode), parseType(type, defaultType), !type.isEmpty());
    }

    /**
     * Reads a value of {@code reject_type}.
     *
     * @param text the value; empty for the default
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    public static Action parseType(String text, Action defaultType) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "" -> defaultType;
            case "perm", "hard" -> Action.DENY;
            case "temp", "soft" -> Action.DENYSOFT;
            case "disconnect" -> Action.DENY_DISCONNECT;
            case "temp_disconnect" -> Action.DENYSOFT_DISCONNECT;
            default ->
                    throw new IllegalArgumentException(
                            "reject_type '"
                                    + text
                                    + "' is not one of perm, hard, temp, soft, disconnect,"
                                    + " temp_disconnect");
        };
    }

    /** The same type with another mode. */
    public Reject withMode(Mode newMode) {
        return new Reject(newMode, type, typeGiven);
    }

    /**
     * Answers a fault.
     *
     * @param text what the client reads when refused
     * @param detail what the log says after {@code fail}, {@code fail, tolerated} or {@code fail,
     *     NAUGHTY}
     */
    public HookResult decide(String text, String detail) {
        return switch (mode) {
            case TOLERATE -> HookResult.DECLINED.because("fail, tolerated: " + detail);
            case REFUSE -> HookResult.of(type, text).because("fail: " + detail);
            case DEFER ->
                    HookResult.naughty(typeGiven ? type : Action.DECLINED, text)
                            .because("fail, NAUGHTY: " + detail);
        };
    }

    /** Answers a fault whose text for the client is also what the log says. */
    public HookResult decide(String text) {
        return decide(text, text);
    }

    private static Mode parseMode(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "0", "no", "false", "" -> Mode.TOLERATE;
            case "1", "yes", "true" -> Mode.REFUSE;
            case "naughty" -> Mode.DEFER;
            default ->
                    throw new IllegalArgumentException(
                            "reject '" + text + "' is not one of 0, 1, naughty");
        };
    }
}
