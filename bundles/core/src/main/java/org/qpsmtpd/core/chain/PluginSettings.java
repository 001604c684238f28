package org.qpsmtpd.core.chain;

import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.core.log.LevelSetting;

/**
 * What the core keeps for every plugin.
 *
 * @param level its setting {@code loglevel}
 * @param skipOnError its setting {@code on_error}: true for {@code skip}, false for {@code defer}
 * @param deadlineSeconds its setting {@code deadline}; 0 for the usual one of each hook
 */
public record PluginSettings(LevelSetting level, boolean skipOnError, int deadlineSeconds) {
    /** Settings of a line that says nothing of them. */
    public static final PluginSettings USUAL = new PluginSettings(LevelSetting.UNCHANGED, false, 0);

    private static final int USUAL_SECONDS = 60;

    /** Less than whoever asks for the setting has. */
    private static final int SETTING_SECONDS = 10;

    /** A client waits ten minutes for the answer to a message, RFC 5321 4.5.3.2.6. */
    private static final int MESSAGE_SECONDS = 300;

    /** How long a call of the hook may take. */
    int deadlineSeconds(HookPoint point) {
        if (deadlineSeconds > 0) {
            return deadlineSeconds;
        }
        if (point == HookPoint.CONFIG || point == HookPoint.USER_CONFIG) {
            return SETTING_SECONDS;
        }
        boolean message = point == HookPoint.QUEUE || point == HookPoint.DATA_POST;
        return message ? MESSAGE_SECONDS : USUAL_SECONDS;
    }
}
