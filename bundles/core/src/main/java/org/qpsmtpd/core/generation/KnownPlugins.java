package org.qpsmtpd.core.generation;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    /** What the former names of plugins meant. */
    default FormerNames formerNames() {
        return FormerNames.of(Map.of());
    }

    /**
     * What of the arguments behind a plugin's name is left out, a sentence each.
     *
     * @param plugin one of {@link #names}
     */
    default List<String> remarks(String plugin, String arguments) {
        return List.of();
    }

    /**
     * Whether a plugin with these arguments may accept at a hook that it answers.
     *
     * @param plugin one of {@link #names}
     */
    default boolean accepts(String plugin, String arguments, HookPoint hook) {
        return true;
    }

    /** The files of the configuration directory that plugins read, and bundles that are none. */
    default Set<String> files() {
        return Set.of();
    }

    /**
     * Makes the plugins that the lines of a directory name, to see whether they can be.
     *
     * @param directories the directory, and those behind it
     */
    default Trial rehearse(List<Path> directories) {
        return Trial.empty();
    }
}
