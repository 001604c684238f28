package org.qpsmtpd.core.chain;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A plugin that supplies settings does not answer, so that what was asked for is not known. Whoever
 * asked is not to blame, and must not take it for no.
 */
public final class SettingUnknown extends UncheckedIOException {
    private static final long serialVersionUID = 1;
    private static final int MOST_CAUSES = 10;

    /**
     * Tells why.
     *
     * @param why the end of a sentence that begins with the plugin
     */
    SettingUnknown(String plugin, String why) {
        this("plugin " + plugin + ", which supplies settings, " + why);
    }

    private SettingUnknown(String problem) {
        super(problem, new IOException(problem));
    }

    /** Whether a failure is one of these, or was caused by one. */
    static boolean isCauseOf(@Nullable Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
            if (cause instanceof SettingUnknown) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
