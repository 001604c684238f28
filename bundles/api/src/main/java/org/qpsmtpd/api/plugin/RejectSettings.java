package org.qpsmtpd.api.plugin;

/**
 * The settings {@code reject} and {@code reject_type}, shared by all plugins that refuse mail. A
 * plugin takes this type as a further constructor parameter and hands it to {@link Reject#of}.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/Plugin.pm}, get_reject and get_reject_type.
 */
public @interface RejectSettings {
    /**
     * {@code 1}: refuse; {@code 0}: only log; {@code naughty}: leave the refusal to the plugin
     * naughty.
     */
    String reject() default "1";

    /**
     * How to refuse: {@code perm} or {@code hard}, {@code temp} or {@code soft}, {@code
     * disconnect}, {@code temp_disconnect}. Empty: the plugin's own default.
     */
    String reject__type() default "";
}
