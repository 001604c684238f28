package org.qpsmtpd.core.generation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qpsmtpd.api.hook.HookPoint;

/** What is known of the plugins that are installed, without making one. */
public interface KnownPlugins {
    /** Their names as {@code config/plugins} writes them. */
    Set<String> names();

    /** Those of them that run when no line names them. */
    Set<String> unasked();

    /**
     * What is wrong with the arguments behind a plugin's name; absent when nothing is.
     *
     * @param plugin one of {@link #names}
     * @param arguments as they are written on the line
     */
    Optional<String> fault(String plugin, String arguments);

    /**
     * Whether a plugin answers a hook.
     *
     * @param plugin one of {@link #names}
     */
    boolean answers(String plugin, HookPoint hook);

    /**
     * The plugins that one stands before while no line names it.
     *
     * @param plugin one of {@link #names}
     */
    default List<String> before(String plugin) {
        return List.of();
    }

    /**
     * Whether a plugin never declines at a hook.
     *
     * @param plugin one of {@link #names}
     */
    default boolean decides(String plugin, HookPoint hook) {
        return false;
    }

    /** Why a plugin is not installed although somebody meant it to be; absent when not known. */
    default Optional<String> absence(String plugin) {
        return Optional.empty();
    }

    /**
     * What to do about a plugin that is not there.
     *
     * @param why what the source of bundles knows about that
     */
    static String notInstalled(Optional<String> why) {
        return why.map(reason -> "is not installed: " + reason)
                        .orElse("is not installed; put its bundle into the deploy folder")
                + ", or end the line with the word optional";
    }
}
